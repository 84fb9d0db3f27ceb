package dev.millrace.dbt.manifest;

import java.util.Locale;

/** The kinds of nodes, as {@code resource_type} names them. */
public enum NodeType {
  MODEL,
  SEED,
  SNAPSHOT,
  /** A generic or singular data test. */
  TEST,
  UNIT_TEST,
  ANALYSIS,
  /** A hook of {@code on-run-start} or {@code on-run-end}. */
  OPERATION,
  /** A table that somebody else fills. */
  SOURCE,
  EXPOSURE;

  /** dbt's name of it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
