package dev.millrace.api.type;

/** Names in SQL text. */
public final class Identifier {
  private Identifier() {}

  /** The name in double quotes, with quotes inside doubled; safe for any name. */
  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** The text as a string literal in single quotes. */
  public static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
