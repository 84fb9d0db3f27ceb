package dev.millrace.sql;

import dev.millrace.sql.SqlScanner.Kind;
import dev.millrace.sql.SqlScanner.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Windows as table functions: {@code tumble(t, ts, INTERVAL 1 MINUTE)} in FROM is the relation
 * {@code t} with two more columns, {@code window_start} and {@code window_end}. DuckDB has no such
 * function; it is replaced by a subquery before DuckDB reads the text, in streams, batch models and
 * dashboards alike.
 */
public final class Windows {
  private static final Set<String> AFTER_RELATION =
      Set.of(
          "on using join left right inner full cross natural asof semi anti positional lateral"
              .concat(" where group having order limit union except intersect qualify window")
              .concat(" sample tablesample offset fetch select from")
              .split(" "));

  private Windows() {}

  /**
   * The text with every {@code tumble(...)} replaced by plain SQL; the text itself if there is
   * none.
   */
  public static String expand(String sql) {
    return replace(sql, new ArrayList<>()).text();
  }

  /** As {@link #expand}; adds what is wrong with a window to {@code problems}. */
  static SqlText replace(String sql, List<SqlProblem> problems) {
    List<SqlText.Splice> splices = new ArrayList<>();
    SqlScanner scanner = new SqlScanner(sql, 0);
    for (Token token = scanner.next(); token.kind() != Kind.END; token = scanner.next()) {
      if (token.kind() != Kind.WORD) {
        continue;
      }
      String word = scanner.text(token).toLowerCase(Locale.ROOT);
      boolean later = word.equals("hop") || word.equals("session") || word.equals("cumulate");
      if (!word.equals("tumble") && !later) {
        continue;
      }
      Token open = new SqlScanner(sql, token.end()).next();
      if (!scanner.text(open).equals("(")) {
        continue;
      }
      if (later) {
        problems.add(
            new SqlProblem(
                token.start(),
                word.length(),
                "`" + word + "` windows are not supported yet",
                "use tumble(t, ts, size), or GROUP BY time_bucket(size, ts)",
                SqlCode.SQL_UNSUPPORTED));
        continue;
      }
      Call call = call(sql, open.end());
      if (call.arguments.size() != 3 || !isName(call.arguments.get(0))) {
        problems.add(
            new SqlProblem(
                token.start(),
                call.end - token.start(),
                "`tumble` takes a relation's name, its time column and the window's size",
                "write tumble(impressions, shown_at, INTERVAL 1 MINUTE); put a subquery into WITH",
                SqlCode.SQL_INVALID));
        continue;
      }
      splices.add(splice(sql, token.start(), call));
      scanner = new SqlScanner(sql, call.end);
    }
    return SqlText.of(sql, splices);
  }

  private record Call(List<String> arguments, int end) {}

  private static SqlText.Splice splice(String sql, int start, Call call) {
    String relation = call.arguments.get(0).strip();
    String time = call.arguments.get(1).strip();
    String size = call.arguments.get(2).strip();
    String bucket = "time_bucket(" + size + ", " + time + ")";
    StringBuilder text =
        new StringBuilder("(SELECT *, ").append(bucket).append(" AS window_start, ").append(bucket);
    text.append(" + (").append(size).append(") AS window_end FROM ").append(relation).append(')');
    if (!aliasFollows(sql, call.end)) {
      text.append(" AS ").append(relation.substring(lastPart(relation)));
    }
    return new SqlText.Splice(start, call.end, text.toString());
  }

  private static boolean aliasFollows(String sql, int from) {
    SqlScanner scanner = new SqlScanner(sql, from);
    Token token = scanner.next();
    return token.kind() == Kind.QUOTED
        || (token.kind() == Kind.WORD
            && !AFTER_RELATION.contains(scanner.text(token).toLowerCase(Locale.ROOT)));
  }

  private static int lastPart(String name) {
    int start = 0;
    SqlScanner scanner = new SqlScanner(name, 0);
    for (Token token = scanner.next(); token.kind() != Kind.END; token = scanner.next()) {
      if (token.kind() != Kind.OTHER) {
        start = token.start();
      }
    }
    return start;
  }

  /** True for {@code a}, {@code a.b}, {@code "a"."b"}. */
  private static boolean isName(String text) {
    SqlScanner scanner = new SqlScanner(text, 0);
    boolean name = false;
    for (Token token = scanner.next(); token.kind() != Kind.END; token = scanner.next()) {
      boolean part = token.kind() != Kind.OTHER;
      if (part == name || (!part && !scanner.text(token).equals("."))) {
        return false;
      }
      name = part;
    }
    return name;
  }

  /** Splits the arguments of a call whose parenthesis opened just before {@code from}. */
  private static Call call(String sql, int from) {
    List<String> arguments = new ArrayList<>();
    int depth = 1;
    int start = from;
    SqlScanner scanner = new SqlScanner(sql, from);
    while (true) {
      Token token = scanner.next();
      String text = scanner.text(token);
      if (token.kind() == Kind.END) {
        return new Call(List.of(), sql.length());
      } else if (text.equals("(") || text.equals("[") || text.equals("{")) {
        depth++;
      } else if (text.equals(")") || text.equals("]") || text.equals("}")) {
        depth--;
      }
      if (depth == 0 || (depth == 1 && text.equals(","))) {
        arguments.add(sql.substring(start, token.start()));
        start = token.end();
      }
      if (depth == 0) {
        return new Call(arguments, token.end());
      }
    }
  }
}
