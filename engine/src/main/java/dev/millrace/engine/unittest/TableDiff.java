package dev.millrace.engine.unittest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How two tables differ, row by row: expected rows in their order, then rows that nobody expected.
 *
 * @param columns the columns that were compared
 * @param lines every row of both
 */
public record TableDiff(List<String> columns, List<Line> lines) {
  /** Copies the lists. */
  public TableDiff {
    columns = List.copyOf(columns);
    lines = List.copyOf(lines);
  }

  /** What became of a row. */
  public enum Kind {
    /** Expected and there. */
    SAME,
    /** There with other values in some columns. */
    CHANGED,
    /** Expected and not there. */
    MISSING,
    /** There and not expected. */
    UNEXPECTED
  }

  /**
   * One row; values are as DuckDB prints them, null for NULL.
   *
   * @param expected empty if it was not expected
   * @param actual empty if it is missing
   * @param changed the columns, by index, whose values differ; of a row of kind CHANGED
   */
  public record Line(
      Kind kind,
      List<@Nullable String> expected,
      List<@Nullable String> actual,
      List<Integer> changed) {
    /** Makes the lists unmodifiable. */
    public Line {
      expected = Collections.unmodifiableList(new ArrayList<>(expected));
      actual = Collections.unmodifiableList(new ArrayList<>(actual));
      changed = List.copyOf(changed);
    }
  }

  /** How values of a column are compared. */
  enum Equality {
    /** Their texts are equal. */
    EXACT,
    /** As floating-point numbers, to nine digits. */
    NEARLY,
    /**
     * Texts of lists and structures: what looks like a floating-point number as {@link #NEARLY}.
     */
    NEARLY_WITHIN,
    /** The actual text contains the expected one. */
    CONTAINS;

    private static final Pattern FLOATING =
        Pattern.compile("-?[0-9]+(\\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)");

    boolean holds(@Nullable String expected, @Nullable String actual) {
      if (expected == null || actual == null) {
        return expected == null && actual == null;
      }
      return switch (this) {
        case EXACT -> expected.equals(actual);
        case NEARLY -> expected.equals(actual) || nearly(expected, actual);
        case NEARLY_WITHIN -> expected.equals(actual) || nearlyWithin(expected, actual);
        case CONTAINS -> actual.contains(expected);
      };
    }

    /** What is between the numbers is equal, and integers are no floating-point numbers. */
    private static boolean nearlyWithin(String expected, String actual) {
      Matcher e = FLOATING.matcher(expected);
      Matcher a = FLOATING.matcher(actual);
      int expectedFrom = 0;
      int actualFrom = 0;
      while (e.find()) {
        if (!a.find()
            || !expected
                .substring(expectedFrom, e.start())
                .equals(actual.substring(actualFrom, a.start()))
            || !nearly(e.group(), a.group())) {
          return false;
        }
        expectedFrom = e.end();
        actualFrom = a.end();
      }
      return expected.substring(expectedFrom).equals(actual.substring(actualFrom));
    }

    private static boolean nearly(String expected, String actual) {
      try {
        double a = Double.parseDouble(expected);
        double b = Double.parseDouble(actual);
        return a == b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
      } catch (NumberFormatException e) {
        // DuckDB prints `inf` and `nan` in words of its own.
        return false;
      }
    }
  }

  /** True if both tables have the same rows. */
  public boolean isEmpty() {
    return lines.stream().allMatch(l -> l.kind() == Kind.SAME);
  }

  /** How many rows are of a kind. */
  public long count(Kind kind) {
    return lines.stream().filter(l -> l.kind() == kind).count();
  }

  /**
   * Compares two bags of rows.
   *
   * @param equalities of each column
   * @param identity columns, by index, that tell rows apart; empty if they are not known
   */
  static TableDiff of(
      List<String> columns,
      List<Equality> equalities,
      List<Integer> identity,
      List<List<@Nullable String>> expected,
      List<List<@Nullable String>> actual) {
    return new Comparison(equalities, identity, expected, actual).diff(columns);
  }

  private static final class Comparison {
    private final List<Equality> equalities;
    private final List<Integer> identity;
    private final List<List<@Nullable String>> expected;
    private final List<List<@Nullable String>> actual;
    private final boolean[] taken;
    private final Line[] lines;

    Comparison(
        List<Equality> equalities,
        List<Integer> identity,
        List<List<@Nullable String>> expected,
        List<List<@Nullable String>> actual) {
      this.equalities = equalities;
      this.identity = identity;
      this.expected = expected;
      this.actual = actual;
      this.taken = new boolean[actual.size()];
      this.lines = new Line[expected.size()];
    }

    TableDiff diff(List<String> columns) {
      takeExact();
      for (int e = 0; e < lines.length; e++) {
        if (lines[e] == null) {
          take(e, equal(e), Kind.SAME);
        }
      }
      for (int e = 0; e < lines.length; e++) {
        if (lines[e] == null) {
          take(e, sameIdentity(e), Kind.CHANGED);
        }
      }
      for (int e = 0; e < lines.length; e++) {
        if (lines[e] == null) {
          take(e, mostSimilar(e), Kind.CHANGED);
        }
      }
      List<Line> all = new ArrayList<>();
      for (int e = 0; e < lines.length; e++) {
        all.add(
            lines[e] != null
                ? lines[e]
                : new Line(Kind.MISSING, expected.get(e), List.of(), List.of()));
      }
      for (int a = 0; a < taken.length; a++) {
        if (!taken[a]) {
          all.add(new Line(Kind.UNEXPECTED, List.of(), actual.get(a), List.of()));
        }
      }
      return new TableDiff(columns, all);
    }

    /** Equal texts first, by a map: most rows of a test that passes are. */
    private void takeExact() {
      Map<List<@Nullable String>, List<Integer>> byRow = new HashMap<>();
      for (int a = actual.size() - 1; a >= 0; a--) {
        byRow.computeIfAbsent(actual.get(a), k -> new ArrayList<>()).add(a);
      }
      for (int e = 0; e < lines.length; e++) {
        List<Integer> places = byRow.get(expected.get(e));
        if (places != null && !places.isEmpty()) {
          take(e, places.remove(places.size() - 1), Kind.SAME);
        }
      }
    }

    private void take(int e, int a, Kind kind) {
      if (a >= 0) {
        taken[a] = true;
        List<Integer> changed = new ArrayList<>();
        for (int c = 0; c < equalities.size(); c++) {
          if (!holds(c, e, a)) {
            changed.add(c);
          }
        }
        lines[e] = new Line(kind, expected.get(e), actual.get(a), changed);
      }
    }

    private boolean holds(int column, int e, int a) {
      return equalities.get(column).holds(expected.get(e).get(column), actual.get(a).get(column));
    }

    private int equal(int e) {
      for (int a = 0; a < taken.length; a++) {
        if (!taken[a] && alike(e, a) == equalities.size()) {
          return a;
        }
      }
      return -1;
    }

    private int alike(int e, int a) {
      int same = 0;
      for (int c = 0; c < equalities.size(); c++) {
        same += holds(c, e, a) ? 1 : 0;
      }
      return same;
    }

    private int sameIdentity(int e) {
      for (int a = 0; a < taken.length && !identity.isEmpty(); a++) {
        int place = a;
        if (!taken[a] && identity.stream().allMatch(c -> holds(c, e, place))) {
          return a;
        }
      }
      return -1;
    }

    /** A row of which at least half the values are as expected. */
    private int mostSimilar(int e) {
      int best = -1;
      int most = 0;
      for (int a = 0; a < taken.length && identity.isEmpty(); a++) {
        int same = taken[a] ? 0 : alike(e, a);
        if (same > most && same * 2 >= equalities.size()) {
          best = a;
          most = same;
        }
      }
      return best;
    }
  }
}
