package dev.millrace.connect.clickhouse;

/** Names and texts in ClickHouse's SQL, where backslashes escape. */
final class Sql {
  private Sql() {}

  /** A name in backticks, safe for any name. */
  static String name(String name) {
    return '`' + name.replace("\\", "\\\\").replace("`", "\\`") + '`';
  }

  /** A text as a string literal. */
  static String literal(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
