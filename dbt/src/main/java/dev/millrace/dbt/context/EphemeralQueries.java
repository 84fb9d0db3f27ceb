package dev.millrace.dbt.context;

import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts the queries of ephemeral models before the SQL that reads them, as dbt does. */
final class EphemeralQueries {
  /** White space and comments, then perhaps {@code with} or {@code with recursive}. */
  private static final Pattern START =
      Pattern.compile(
          "(?:\\s|--[^\\n]*(?:\\n|$)|/\\*(?s:.*?)\\*/)*+(with(?:\\s+recursive)?)?\\b",
          Pattern.CASE_INSENSITIVE);

  private EphemeralQueries() {}

  /** The SQL with common table expressions at its start; {@code queries} by name, in order. */
  static String before(String sql, Map<String, String> queries) {
    if (queries.isEmpty()) {
      return sql;
    }
    StringJoiner all = new StringJoiner(", ");
    queries.forEach((name, query) -> all.add(" " + name + " as (\n" + query + "\n)"));
    Matcher start = START.matcher(sql);
    if (start.lookingAt() && start.group(1) != null) {
      return sql.substring(0, start.end(1)) + " " + all + "," + sql.substring(start.end(1));
    }
    return "with" + all + " " + sql;
  }
}
