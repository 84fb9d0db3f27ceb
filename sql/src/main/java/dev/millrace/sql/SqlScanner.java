package dev.millrace.sql;

import java.util.Locale;

/** Walks over SQL text token by token, without being fooled by strings, quotes and comments. */
final class SqlScanner {
  /** What a token is. */
  enum Kind {
    WORD,
    QUOTED,
    OTHER,
    END
  }

  /**
   * A token.
   *
   * @param start where it begins
   * @param end where the next character stands
   */
  record Token(Kind kind, int start, int end) {}

  private final String sql;
  private int at;

  SqlScanner(String sql, int from) {
    this.sql = sql;
    this.at = from;
  }

  /** The next token; strings, numbers and operators are {@code OTHER}. */
  Token next() {
    skip();
    int start = at;
    if (at >= sql.length()) {
      return new Token(Kind.END, at, at);
    }
    char c = sql.charAt(at);
    if (Character.isLetter(c) || c == '_') {
      while (at < sql.length() && isWordPart(sql.charAt(at))) {
        at++;
      }
      boolean escapeString =
          at - start == 1 && (c == 'e' || c == 'E') && at < sql.length() && sql.charAt(at) == '\'';
      if (!escapeString) {
        return new Token(Kind.WORD, start, at);
      }
      escapeString();
      return new Token(Kind.OTHER, start, at);
    }
    if (c == '"' || c == '\'') {
      quoted(c);
      return new Token(c == '"' ? Kind.QUOTED : Kind.OTHER, start, at);
    }
    if (c == '$') {
      dollar();
    } else {
      at++;
    }
    return new Token(Kind.OTHER, start, at);
  }

  /** True if the token is that word, whatever its case. */
  boolean is(Token token, String word) {
    return token.kind != Kind.QUOTED && text(token).toLowerCase(Locale.ROOT).equals(word);
  }

  /** The token's text. */
  String text(Token token) {
    return sql.substring(token.start, token.end);
  }

  private static boolean isWordPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }

  private void skip() {
    while (at < sql.length()) {
      if (Character.isWhitespace(sql.charAt(at))) {
        at++;
      } else if (sql.startsWith("--", at)) {
        while (at < sql.length() && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') {
          at++;
        }
      } else if (sql.startsWith("/*", at)) {
        int end = sql.indexOf("*/", at + 2);
        at = end < 0 ? sql.length() : end + 2;
      } else {
        return;
      }
    }
  }

  private void quoted(char quote) {
    at++;
    while (at < sql.length()) {
      if (sql.charAt(at) != quote) {
        at++;
      } else if (at + 1 < sql.length() && sql.charAt(at + 1) == quote) {
        at += 2;
      } else {
        at++;
        return;
      }
    }
  }

  private void escapeString() {
    at++;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      at += c == '\\' ? 2 : 1;
      if (c == '\'') {
        return;
      }
    }
  }

  /** {@code $tag$ ... $tag$}, or a parameter such as {@code $1}. */
  private void dollar() {
    int end = at + 1;
    while (end < sql.length()
        && (Character.isLetterOrDigit(sql.charAt(end)) || sql.charAt(end) == '_')) {
      end++;
    }
    if (end < sql.length() && sql.charAt(end) == '$') {
      String tag = sql.substring(at, end + 1);
      int close = sql.indexOf(tag, end + 1);
      at = close < 0 ? sql.length() : close + tag.length();
    } else {
      at = Math.max(end, at + 1);
    }
  }
}
