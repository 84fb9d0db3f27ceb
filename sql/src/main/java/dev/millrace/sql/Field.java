package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import java.util.Set;

/**
 * A column inside a plan. Its name is unique over the whole plan, so that operators pass it on
 * without renaming and joins need no prefixes.
 *
 * @param type DuckDB's text for the type
 * @param origins the input columns that it is made of, as {@code relation.column}
 */
record Field(String name, String type, Set<String> origins) {
  Field {
    origins = Set.copyOf(origins);
  }

  /** The name, quoted. */
  String sql() {
    return Identifier.quote(name);
  }

  boolean isTime() {
    return type.equals("TIMESTAMP WITH TIME ZONE");
  }
}
