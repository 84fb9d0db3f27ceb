package dev.millrace.sql;

import java.util.Set;

/**
 * An input that several operators read; it is planned once.
 *
 * @param columns the fields that any of them needs
 */
record Shared(Node input, Set<String> columns) implements Node.Unary {
  @Override
  public Set<String> lasting() {
    return input.lasting();
  }
}
