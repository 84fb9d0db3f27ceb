package dev.millrace.project;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Words of a SQL text, without strings and comments. It knows no grammar: module {@code sql}
 * parses; this is for what has to be known of a text before anything can be parsed.
 */
final class SqlText {
  private static final Set<String> ENDS_TABLE =
      Set.of(
          "where", "group", "order", "having", "limit", "union", "select", "on", "using",
          "qualify");

  private SqlText() {}

  /**
   * A word.
   *
   * @param text without quotes
   * @param quoted true if it stood in double quotes
   * @param offset where it begins, its quote or {@code $} included
   */
  record Word(String text, boolean quoted, int offset) {
    boolean is(String keyword) {
      return !quoted && text.equalsIgnoreCase(keyword);
    }
  }

  /** True if there is nothing but white space, comments and semicolons. */
  static boolean isEmpty(String sql) {
    return words(sql).stream().allMatch(w -> w.is(";"));
  }

  /** The parameters {@code $name}, without the {@code $}. */
  static List<Word> parameters(String sql) {
    return words(sql).stream()
        .filter(w -> !w.quoted() && w.text().startsWith("$") && w.text().length() > 1)
        .map(w -> new Word(w.text().substring(1), false, w.offset()))
        .toList();
  }

  /**
   * The names that stand where a table does, {@code a} or {@code a.b}: after FROM and JOIN, and
   * after a comma that follows such a name.
   */
  static Set<String> tables(String sql) {
    List<Word> words = words(sql);
    Set<String> tables = new HashSet<>();
    boolean expected = false;
    boolean inList = false;
    for (int i = 0; i < words.size(); i++) {
      Word word = words.get(i);
      if (word.is("from") || word.is("join")) {
        expected = true;
        inList = true;
      } else if (inList && word.is(",")) {
        expected = true;
      } else if (expected && isName(word)) {
        boolean dotted =
            i + 2 < words.size() && words.get(i + 1).is(".") && isName(words.get(i + 2));
        tables.add(dotted ? word.text() + "." + words.get(i + 2).text() : word.text());
        i += dotted ? 2 : 0;
        expected = false;
      } else if (expected
          || word.is("(")
          || ENDS_TABLE.contains(word.text().toLowerCase(Locale.ROOT))) {
        expected = false;
        inList = false;
      }
    }
    return tables;
  }

  private static boolean isName(Word word) {
    return word.quoted()
        || Character.isLetter(word.text().charAt(0))
        || word.text().charAt(0) == '_';
  }

  /** Identifiers, parameters and single other characters. */
  static List<Word> words(String sql) {
    List<Word> words = new ArrayList<>();
    int at = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      int end;
      if (Character.isWhitespace(c)) {
        end = at + 1;
      } else if (sql.startsWith("--", at)) {
        int line = sql.indexOf('\n', at);
        end = line < 0 ? sql.length() : line;
      } else if (sql.startsWith("/*", at)) {
        end = after(sql, "*/", at + 2);
      } else if (c == '\'') {
        end = afterQuote(sql, at);
        words.add(new Word("'", false, at));
      } else if (c == '"') {
        end = afterQuote(sql, at);
        String name = sql.substring(at + 1, Math.max(at + 1, end - 1)).replace("\"\"", "\"");
        words.add(new Word(name, true, at));
      } else if (sql.startsWith("$$", at)) {
        end = after(sql, "$$", at + 2);
        words.add(new Word("'", false, at));
      } else {
        end = at + 1;
        while (isWordPart(c) && end < sql.length() && isWordPart(sql.charAt(end))) {
          end++;
        }
        words.add(new Word(sql.substring(at, end), false, at));
      }
      at = end;
    }
    return words;
  }

  private static boolean isWordPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }

  private static int after(String sql, String mark, int from) {
    int found = sql.indexOf(mark, from);
    return found < 0 ? sql.length() : found + mark.length();
  }

  private static int afterQuote(String sql, int start) {
    char quote = sql.charAt(start);
    for (int i = start + 1; i < sql.length(); i++) {
      if (sql.charAt(i) == quote) {
        if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
          i++;
        } else {
          return i + 1;
        }
      }
    }
    return sql.length();
  }
}
