package dev.millrace.sql;

import dev.millrace.sql.SqlScanner.Kind;
import dev.millrace.sql.SqlScanner.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A table in FROM as of a version, {@code t AT (VERSION => 3)} or {@code t AS x AT (TIMESTAMP =>
 * now() - INTERVAL 1 DAY)}. DuckDB has the syntax for catalogs that know versions; the store's is
 * none of them, so the table is replaced before DuckDB binds it.
 *
 * @param name the table's, part by part, without quotes
 * @param start where the name begins
 * @param nameEnd where it has ended
 * @param aliased whether an alias follows
 * @param at where {@code AT} begins
 * @param end where its parenthesis has closed
 * @param unit what the expression is
 * @param expression of the version
 * @param expressionAt where it begins
 */
public record VersionClause(
    List<String> name,
    int start,
    int nameEnd,
    boolean aliased,
    int at,
    int end,
    Unit unit,
    String expression,
    int expressionAt) {
  /** What tells a version. */
  public enum Unit {
    /** Its number or id. */
    VERSION,
    /** A time at which it was the newest. */
    TIMESTAMP
  }

  /** What stands before a relation. */
  private static final Set<String> OPENING = Set.of("from", "join", "lateral", ",", "(");

  /** What may stand there, too, and is no name: reserved words of DuckDB. */
  private static final Set<String> RESERVED =
      Set.of("from", "join", "lateral", "table", "only", "select", "pivot", "unpivot", "summarize");

  /** Copies the list. */
  public VersionClause {
    name = List.copyOf(name);
  }

  /** The clauses of a text of any statements, in its order. */
  public static List<VersionClause> find(String sql) {
    List<VersionClause> found = new ArrayList<>();
    if (!sql.contains("=>")) {
      return found;
    }
    SqlScanner scanner = new SqlScanner(sql, 0);
    boolean inFrom = false;
    for (Token token = scanner.next(); token.kind() != Kind.END; token = scanner.next()) {
      VersionClause clause =
          inFrom && token.kind() != Kind.OTHER ? new Reader(sql, token.start()).read() : null;
      if (clause != null) {
        found.add(clause);
        scanner = new SqlScanner(sql, clause.end);
      }
      inFrom = clause == null && OPENING.contains(scanner.text(token).toLowerCase(Locale.ROOT));
    }
    return found;
  }

  /** The text with something to read in the place of each table that has a version. */
  public static String replace(String sql, Function<VersionClause, String> relation) {
    List<SqlText.Splice> splices = new ArrayList<>();
    for (VersionClause clause : find(sql)) {
      splices.add(
          new SqlText.Splice(
              clause.start, clause.nameEnd, clause.replacement(sql, relation.apply(clause))));
      splices.add(new SqlText.Splice(clause.at, clause.end, ""));
    }
    return SqlText.of(sql, splices).text();
  }

  /** What to write in the place of the name: the relation, called as the table was. */
  public String replacement(String sql, String relation) {
    return aliased ? relation : relation + " AS " + lastPart(sql);
  }

  private String lastPart(String sql) {
    String text = sql.substring(start, nameEnd);
    SqlScanner scanner = new SqlScanner(text, 0);
    String last = text;
    for (Token token = scanner.next(); token.kind() != Kind.END; token = scanner.next()) {
      last = scanner.text(token);
    }
    return last;
  }

  /** Reads one clause, if there is one. */
  private static final class Reader {
    private final String sql;
    private SqlScanner scanner;
    private Token token;

    Reader(String sql, int from) {
      this.sql = sql;
      this.scanner = new SqlScanner(sql, from);
      this.token = scanner.next();
    }

    @Nullable VersionClause read() {
      int start = token.start();
      if (RESERVED.contains(scanner.text(token).toLowerCase(Locale.ROOT))) {
        return null;
      }
      List<String> name = new ArrayList<>();
      int nameEnd;
      do {
        if (token.kind() != Kind.WORD && token.kind() != Kind.QUOTED) {
          return null;
        }
        name.add(plain(token));
        nameEnd = token.end();
        token = scanner.next();
      } while (skip("."));
      boolean aliased = false;
      if (!isVersion()) {
        skip("as");
        if (token.kind() != Kind.WORD && token.kind() != Kind.QUOTED) {
          return null;
        }
        aliased = true;
        token = scanner.next();
        if (scanner.is(token, "(")) {
          closing();
        }
      }
      return isVersion() ? clause(name, start, nameEnd, aliased) : null;
    }

    private @Nullable VersionClause clause(
        List<String> name, int start, int nameEnd, boolean aliased) {
      int at = token.start();
      token = scanner.next();
      token = scanner.next();
      Unit unit = scanner.is(token, "version") ? Unit.VERSION : Unit.TIMESTAMP;
      scanner.next();
      int from = scanner.next().end();
      scanner = new SqlScanner(sql, from);
      token = new Token(Kind.OTHER, from, from);
      int closed = closing();
      if (closed < 0) {
        // DuckDB says what is wrong with the text.
        return null;
      }
      return new VersionClause(
          name, start, nameEnd, aliased, at, closed, unit, sql.substring(from, closed - 1), from);
    }

    private boolean isVersion() {
      if (!scanner.is(token, "at") || token.kind() != Kind.WORD) {
        return false;
      }
      SqlScanner ahead = new SqlScanner(sql, token.end());
      boolean open = ahead.is(ahead.next(), "(");
      Token unit = ahead.next();
      return open
          && (ahead.is(unit, "version") || ahead.is(unit, "timestamp"))
          && ahead.is(ahead.next(), "=")
          && ahead.is(ahead.next(), ">");
    }

    private boolean skip(String word) {
      boolean there = scanner.is(token, word);
      if (there) {
        token = scanner.next();
      }
      return there;
    }

    /** Goes behind the parenthesis that is open; returns where that is, or -1 at the text's end. */
    private int closing() {
      int depth = 1;
      while (depth > 0) {
        token = scanner.next();
        if (token.kind() == Kind.END) {
          return -1;
        }
        depth += scanner.is(token, "(") ? 1 : scanner.is(token, ")") ? -1 : 0;
      }
      int end = token.end();
      token = scanner.next();
      return end;
    }

    private String plain(Token part) {
      String text = scanner.text(part);
      return part.kind() == Kind.QUOTED
          ? text.substring(1, Math.max(1, text.length() - 1)).replace("\"\"", "\"")
          : text;
    }
  }
}
