package dev.millrace.dbt.context;

import java.util.Map;

/** {@code modules}: the parts of Python's library that macros use. */
final class Modules {
  static final Map<String, Object> ALL = Map.of();

  private Modules() {}
}
