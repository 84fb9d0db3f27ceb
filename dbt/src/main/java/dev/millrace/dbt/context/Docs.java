package dev.millrace.dbt.context;

import java.util.Optional;

/** Finds blocks of documentation for {@code doc()}. */
@FunctionalInterface
public interface Docs {
  /**
   * The text of a block.
   *
   * @param packageName that the call names; empty: the caller's own, then any
   */
  Optional<String> find(Optional<String> packageName, String name);
}
