package dev.millrace.jinja;

import java.util.HashMap;
import java.util.Map;

/** Jinja's own filters and tests. */
final class Builtins {
  private static final Map<String, Filter> FILTERS = filtersOfAllKinds();

  private Builtins() {}

  static Map<String, Filter> filters() {
    return FILTERS;
  }

  static Map<String, Test> tests() {
    return BuiltinTests.ALL;
  }

  private static Map<String, Filter> filtersOfAllKinds() {
    Map<String, Filter> all = new HashMap<>(TextFilters.ALL);
    all.putAll(HtmlFilters.ALL);
    all.putAll(NumberFilters.ALL);
    all.putAll(SequenceFilters.ALL);
    all.putAll(SelectionFilters.ALL);
    return Map.copyOf(all);
  }
}
