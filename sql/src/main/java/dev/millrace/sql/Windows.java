package dev.millrace.sql;

import dev.millrace.sql.SqlScanner.Kind;
import dev.millrace.sql.SqlScanner.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Windows as table functions: {@code tumble(t, ts, INTERVAL 1 MINUTE)} in FROM is the relation
 * {@code t} with two more columns, {@code window_start} and {@code window_end}; {@code hop(t, ts,
 * slide, size)} and {@code cumulate(t, ts, step, size)} have a row for each window that a row is
 * in; {@code session(t, ts, gap, key...)} gives rows that follow each other within the gap one
 * window. DuckDB has no such functions; they are replaced by subqueries before DuckDB reads the
 * text, in streams, batch models and dashboards alike.
 */
public final class Windows {
  /** Who reads the text with plain SQL in place of windows. */
  enum Reader {
    /** A stream: sessions stay, since it has an operator for them. */
    STREAM,
    /** A model, or a stream's query run once. */
    MODEL,
    /**
     * The gate of users' queries: windows of a row are made in FROM, one after the other, since a
     * list of them might be of any size.
     */
    GATE
  }

  /** What a function takes, and an example. */
  private record Form(int least, int most, String text, String example) {}

  /**
   * How long a window is, or how far it is from the next.
   *
   * @param window the function
   * @param interval an expression, as it is written
   * @param offset where it begins, in UTF-16 code units
   */
  record Length(String window, String interval, int offset) {}

  private static final Map<String, Form> FORMS =
      Map.of(
          "tumble",
              new Form(
                  3,
                  3,
                  "the window's size",
                  "write tumble(impressions, shown_at, INTERVAL 1 MINUTE)"),
          "hop",
              new Form(
                  4,
                  4,
                  "the distance of windows and their size",
                  "write hop(impressions, shown_at, INTERVAL 1 MINUTE, INTERVAL 1 HOUR)"),
          "cumulate",
              new Form(
                  4,
                  4,
                  "the step by which windows grow and their greatest size",
                  "write cumulate(impressions, shown_at, INTERVAL 1 HOUR, INTERVAL 1 DAY)"),
          "session",
              new Form(
                  3,
                  100,
                  "the greatest gap within a session and perhaps keys",
                  "write session(impressions, shown_at, INTERVAL 30 MINUTE, person)"));

  private static final Set<String> AFTER_RELATION =
      Set.of(
          "on using join left right inner full cross natural asof semi anti positional lateral"
              .concat(" where group having order limit union except intersect qualify window")
              .concat(" sample tablesample offset fetch select from")
              .split(" "));

  /** What stands before a relation. */
  private static final Set<String> OPENING = Set.of("from", "join", "lateral", ",", "(");

  /** Columns of subqueries, of names that a relation does not have. */
  private static final String END = "_millrace_end";

  private static final String STARTS = "_millrace_starts";

  private static final String SESSION = "_millrace_session";

  private Windows() {}

  /** The text with every window function replaced by plain SQL; the text itself without them. */
  public static String expand(String sql) {
    return replace(sql, Reader.MODEL, new ArrayList<>()).text();
  }

  /**
   * As {@link #expand} for a statement of a model.
   *
   * @param problems receives what is wrong with windows
   */
  public static String expandModel(String sql, List<SqlProblem> problems) {
    return replace(sql, Reader.MODEL, problems).text();
  }

  /**
   * As {@link #expand} for a user's query, which makes windows in FROM alone.
   *
   * @param problems receives what is wrong with windows
   */
  public static SqlText expandQuery(String sql, List<SqlProblem> problems) {
    return replace(sql, Reader.GATE, problems);
  }

  /** As {@link #expand}; adds what is wrong with a window to {@code problems}. */
  static SqlText replace(String sql, Reader reader, List<SqlProblem> problems) {
    return replace(sql, reader, problems, new ArrayList<>());
  }

  /** As the other; adds the lengths of all windows to {@code lengths}. */
  static SqlText replace(
      String sql, Reader reader, List<SqlProblem> problems, List<Length> lengths) {
    List<SqlText.Splice> splices = new ArrayList<>();
    String lower = sql.toLowerCase(Locale.ROOT);
    if (FORMS.keySet().stream().noneMatch(lower::contains)) {
      return SqlText.of(sql, splices);
    }
    SqlScanner scanner = new SqlScanner(sql, 0);
    boolean inFrom = false;
    for (Token token = scanner.next(); token.kind() != Kind.END; token = scanner.next()) {
      // DuckDB prints some of the names in quotes.
      String word = scanner.text(token).toLowerCase(Locale.ROOT).replace("\"", "");
      Form form = token.kind() == Kind.OTHER ? null : FORMS.get(word);
      Token open = form == null ? token : new SqlScanner(sql, token.end()).next();
      if (form == null || !inFrom || !scanner.text(open).equals("(")) {
        inFrom = OPENING.contains(word);
        continue;
      }
      Call call = call(sql, open.end());
      int count = call.arguments.size();
      if (count < form.least || count > form.most || !isName(call.arguments.get(0))) {
        problems.add(
            new SqlProblem(
                token.start(),
                call.end - token.start(),
                "`" + word + "` takes a relation's name, its time column, " + form.text,
                form.example + "; put a subquery into WITH",
                SqlCode.SQL_INVALID));
        continue;
      }
      for (int i = 2; i < (word.equals("session") ? 3 : count); i++) {
        String interval = call.arguments.get(i).strip();
        lengths.add(new Length(word, interval, sql.indexOf(interval, call.starts.get(i))));
      }
      if (!(reader == Reader.STREAM && word.equals("session"))) {
        String text = text(word, call.arguments.stream().map(String::strip).toList(), reader);
        String relation = call.arguments.get(0).strip();
        String alias =
            aliasFollows(sql, call.end) ? "" : " AS " + relation.substring(lastPart(relation));
        splices.add(new SqlText.Splice(token.start(), call.end, text + alias));
      }
      scanner = new SqlScanner(sql, call.end);
      inFrom = false;
    }
    return SqlText.of(sql, splices);
  }

  private record Call(List<String> arguments, List<Integer> starts, int end) {}

  private static String text(String function, List<String> arguments, Reader reader) {
    String relation = arguments.get(0);
    String time = arguments.get(1);
    return switch (function) {
      case "tumble" -> tumble(relation, time, arguments.get(2));
      case "hop" -> hop(relation, time, arguments.get(2), arguments.get(3), reader);
      case "cumulate" -> cumulate(relation, time, arguments.get(2), arguments.get(3), reader);
      default -> session(relation, time, arguments.get(2), arguments.subList(3, arguments.size()));
    };
  }

  private static String tumble(String relation, String time, String size) {
    String bucket = "time_bucket(" + size + ", " + time + ")";
    return "(SELECT *, "
        + bucket
        + " AS window_start, "
        + bucket
        + " + ("
        + size
        + ") AS window_end FROM "
        + relation
        + ")";
  }

  /** Windows that start at multiples of {@code slide}, after time - size and not after time. */
  private static String hop(
      String relation, String time, String slide, String size, Reader reader) {
    String first = "time_bucket(" + slide + ", " + time + " - (" + size + ")) + (" + slide + ")";
    String last = "time_bucket(" + slide + ", " + time + ")";
    String end = "window_start + (" + size + ") AS window_end";
    if (reader == Reader.GATE) {
      String starts = rows(time, first, last, slide) + " AS _windows(window_start)";
      return "(SELECT *, " + end + " FROM " + relation + ", " + starts + ")";
    }
    return "(SELECT *, "
        + end
        + " FROM (SELECT *, "
        + elements(time, first, last, slide)
        + " AS window_start FROM "
        + relation
        + "))";
  }

  /** Windows that start at a multiple of {@code size} and end at later steps, after time. */
  private static String cumulate(
      String relation, String time, String step, String size, Reader reader) {
    String start = "time_bucket(" + size + ", " + time + ")";
    String first = "time_bucket(" + step + ", " + time + ") + (" + step + ")";
    String last = start + " + (" + size + ")";
    if (reader == Reader.GATE) {
      String ends = rows(time, first, last, step) + " AS _windows(" + END + ")";
      return "(SELECT * EXCLUDE ("
          + (END + "), " + start + " AS window_start, " + END + " AS window_end FROM ")
          + (relation + ", " + ends + ")");
    }
    return "(SELECT *, "
        + start
        + " AS window_start, "
        + elements(time, first, last, step)
        + " AS window_end FROM "
        + relation
        + ")";
  }

  /** The elements as rows, right of the relation in FROM. */
  private static String rows(String time, String first, String last, String step) {
    String finite = "CASE WHEN isfinite(" + time + ") THEN ";
    return "LATERAL generate_series("
        + (finite + first + " END, " + finite + last + " END, " + step + ")");
  }

  /** A time without windows, infinity above all, has no rows. */
  private static String elements(String time, String first, String last, String step) {
    return "unnest(CASE WHEN isfinite("
        + time
        + ") THEN generate_series("
        + first
        + ", "
        + last
        + ", "
        + step
        + ") END)";
  }

  /**
   * A row starts a session if the row before it is further away than the gap; rows are counted by
   * starts up to their time, so that rows of equal times are in one session.
   */
  private static String session(String relation, String time, String gap, List<String> keys) {
    String by = keys.isEmpty() ? "" : "PARTITION BY " + String.join(", ", keys) + " ";
    String order = by + "ORDER BY " + time;
    String own = "(PARTITION BY " + String.join(", ", keys) + (keys.isEmpty() ? "" : ", ");
    own += SESSION + ")";
    return ("(SELECT * EXCLUDE (" + STARTS + ", " + SESSION + "), ")
        + ("min(" + time + ") OVER " + own + " AS window_start, ")
        + ("max(" + time + ") OVER " + own + " + (" + gap + ") AS window_end")
        + (" FROM (SELECT *, sum(" + STARTS + ") OVER (" + order + ") AS " + SESSION)
        + (" FROM (SELECT *, CASE WHEN " + time + " <= lag(" + time + ") OVER (" + order + ") + (")
        + (gap + ") THEN 0 ELSE 1 END AS " + STARTS + " FROM " + relation + ")))");
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
    List<Integer> starts = new ArrayList<>();
    int depth = 1;
    int start = from;
    SqlScanner scanner = new SqlScanner(sql, from);
    while (true) {
      Token token = scanner.next();
      String text = scanner.text(token);
      if (token.kind() == Kind.END) {
        return new Call(List.of(), List.of(), sql.length());
      } else if (text.equals("(") || text.equals("[") || text.equals("{")) {
        depth++;
      } else if (text.equals(")") || text.equals("]") || text.equals("}")) {
        depth--;
      }
      if (depth == 0 || (depth == 1 && text.equals(","))) {
        arguments.add(sql.substring(start, token.start()));
        starts.add(start);
        start = token.end();
      }
      if (depth == 0) {
        return new Call(arguments, starts, token.end());
      }
    }
  }
}
