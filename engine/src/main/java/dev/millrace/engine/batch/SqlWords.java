package dev.millrace.engine.batch;

import java.util.ArrayList;
import java.util.List;

/** SQL as words, without comments and strings. */
final class SqlWords {
  /**
   * A name, a keyword, or one other character.
   *
   * @param quoted whether it stood in double quotes, which it has no longer
   */
  record Word(String text, boolean quoted) {
    boolean isName() {
      return quoted || Character.isUnicodeIdentifierStart(text.charAt(0)) || text.startsWith("_");
    }
  }

  private final String sql;
  private int at;

  private SqlWords(String sql) {
    this.sql = sql;
  }

  /** The words of each statement. */
  static List<List<Word>> statements(String sql) {
    return new SqlWords(sql).read();
  }

  private List<List<Word>> read() {
    List<List<Word>> statements = new ArrayList<>();
    List<Word> words = new ArrayList<>();
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (c == ';') {
        statements.add(words);
        words = new ArrayList<>();
        at++;
      } else if (sql.startsWith("--", at)) {
        int end = sql.indexOf('\n', at);
        at = end < 0 ? sql.length() : end + 1;
      } else if (sql.startsWith("/*", at)) {
        int end = sql.indexOf("*/", at + 2);
        at = end < 0 ? sql.length() : end + 2;
      } else if (Character.isWhitespace(c)) {
        at++;
      } else {
        word(c, words);
      }
    }
    statements.add(words);
    return statements;
  }

  private void word(char c, List<Word> words) {
    if (c == '"') {
      words.add(new Word(quoted('"'), true));
    } else if (c == '\'') {
      quoted('\'');
      words.add(new Word("'", false));
    } else if (c == '$' && dollarQuoted()) {
      words.add(new Word("'", false));
    } else if (Character.isUnicodeIdentifierStart(c) || c == '_') {
      int start = at;
      while (at < sql.length()
          && (Character.isUnicodeIdentifierPart(sql.charAt(at)) || sql.charAt(at) == '$')) {
        at++;
      }
      words.add(new Word(sql.substring(start, at), false));
    } else {
      words.add(new Word(String.valueOf(c), false));
      at++;
    }
  }

  private String quoted(char quote) {
    StringBuilder text = new StringBuilder();
    for (at++; at < sql.length(); at++) {
      if (sql.charAt(at) == quote) {
        if (at + 1 >= sql.length() || sql.charAt(at + 1) != quote) {
          break;
        }
        at++;
      }
      text.append(sql.charAt(at));
    }
    at++;
    return text.toString();
  }

  private boolean dollarQuoted() {
    int end = at + 1;
    while (end < sql.length() && Character.isUnicodeIdentifierPart(sql.charAt(end))) {
      end++;
    }
    if (end >= sql.length() || sql.charAt(end) != '$') {
      return false;
    }
    String tag = sql.substring(at, end + 1);
    int close = sql.indexOf(tag, end + 1);
    at = close < 0 ? sql.length() : close + tag.length();
    return true;
  }
}
