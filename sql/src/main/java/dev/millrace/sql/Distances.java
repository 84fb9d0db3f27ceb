package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.sql.ConstantIntervals.Interval;
import dev.millrace.sql.Join.Distance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads how far two event times may lie apart from the conditions of a join, in any spelling:
 * {@code r.t BETWEEN l.t AND l.t + INTERVAL '10 minutes'}, {@code l.t >= r.t - INTERVAL 1 HOUR},
 * {@code r.t - l.t < INTERVAL 5 SECOND}, {@code l.minute = r.minute}.
 */
final class Distances {
  private static final long HOUR = 3_600_000_000L;
  private static final long DAY = 24 * HOUR;

  /** A time column plus something between two numbers of microseconds. */
  private record Term(String field, long least, long most) {}

  /** An interval; how long a month or a day is depends on where it stands in the calendar. */
  private record Length(long least, long most) {
    Length negated() {
      return new Length(-most, -least);
    }
  }

  private final Compilation compilation;

  Distances(Compilation compilation) {
    this.compilation = compilation;
  }

  /** What the conditions, all true, say about times of the left and the right. */
  List<Distance> of(List<Expr> conditions, Node left, Node right) {
    Map<String, Distance> found = new LinkedHashMap<>();
    for (Expr condition : conditions) {
      JsonNode tree = condition.tree();
      String type = tree.path("type").asText();
      if (!type.startsWith("COMPARE_") || !tree.has("left")) {
        continue;
      }
      difference(tree.path("left"), tree.path("right"), type, left, right)
          .or(() -> difference(tree.path("right"), tree.path("left"), mirror(type), left, right))
          .or(() -> comparison(tree.path("left"), tree.path("right"), type, left, right))
          .ifPresent(d -> found.merge(d.left() + "\n" + d.right(), d, Distances::both));
    }
    return new ArrayList<>(found.values());
  }

  private static Distance both(Distance a, Distance b) {
    return new Distance(
        a.left(), a.right(), larger(a.least(), b.least()), smaller(a.most(), b.most()));
  }

  private static @Nullable Long larger(@Nullable Long a, @Nullable Long b) {
    return a == null ? b : b == null ? a : Long.valueOf(Math.max(a, b));
  }

  private static @Nullable Long smaller(@Nullable Long a, @Nullable Long b) {
    return a == null ? b : b == null ? a : Long.valueOf(Math.min(a, b));
  }

  private static String mirror(String type) {
    if (type.contains("LESSTHAN")) {
      return type.replace("LESSTHAN", "GREATERTHAN");
    }
    return type.replace("GREATERTHAN", "LESSTHAN");
  }

  /** {@code a - b < interval}. */
  private Optional<Distance> difference(
      JsonNode minus, JsonNode limit, String type, Node left, Node right) {
    boolean isMinus =
        minus.path("function_name").asText().equals("-") && minus.path("arguments").size() == 2;
    if (!isMinus || Watermarks.hasColumn(limit)) {
      return Optional.empty();
    }
    Optional<Length> length = length(limit);
    Optional<Term> first = term(argument(minus, 0), left, right);
    Optional<Term> second = term(argument(minus, 1), left, right);
    if (length.isEmpty() || first.isEmpty() || second.isEmpty()) {
      return Optional.empty();
    }
    Term moved =
        new Term(
            second.get().field,
            second.get().least + length.get().least,
            second.get().most + length.get().most);
    return bound(first.get(), moved, type, left);
  }

  /** {@code a < b}, each a time column plus or minus an interval. */
  private Optional<Distance> comparison(
      JsonNode a, JsonNode b, String type, Node left, Node right) {
    Optional<Term> first = term(a, left, right);
    Optional<Term> second = term(b, left, right);
    return first.isEmpty() || second.isEmpty()
        ? Optional.empty()
        : bound(first.get(), second.get(), type, left);
  }

  private static Optional<Distance> bound(Term a, Term b, String type, Node left) {
    boolean aLeft = left.field(a.field).isPresent();
    boolean bLeft = left.field(b.field).isPresent();
    if (aLeft == bLeft) {
      return Optional.empty();
    }
    Term l = aLeft ? a : b;
    Term r = aLeft ? b : a;
    String direction = aLeft ? type : mirror(type);
    // l + [l.least, l.most] compared with r + [r.least, r.most]
    long least = r.least - l.most;
    long most = r.most - l.least;
    return switch (direction) {
      case "COMPARE_EQUAL" -> Optional.of(new Distance(l.field, r.field, least, most));
      case "COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO" ->
          Optional.of(new Distance(l.field, r.field, least, null));
      case "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO" ->
          Optional.of(new Distance(l.field, r.field, null, most));
      default -> Optional.empty();
    };
  }

  private Optional<Term> term(JsonNode tree, Node left, Node right) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      String name = tree.path("column_names").path(0).asText();
      return left.field(name)
          .or(() -> right.field(name))
          .filter(Field::isTime)
          .map(field -> new Term(name, 0, 0));
    }
    String function = tree.path("function_name").asText();
    boolean plus = function.equals("+");
    if ((!plus && !function.equals("-")) || tree.path("arguments").size() != 2) {
      return Optional.empty();
    }
    JsonNode first = argument(tree, 0);
    JsonNode second = argument(tree, 1);
    if (plus && Watermarks.hasColumn(second) && !Watermarks.hasColumn(first)) {
      return moved(term(second, left, right), length(first));
    }
    if (Watermarks.hasColumn(second)) {
      return Optional.empty();
    }
    Optional<Length> length = length(second);
    return moved(term(first, left, right), plus ? length : length.map(Length::negated));
  }

  private static Optional<Term> moved(Optional<Term> term, Optional<Length> length) {
    return term.isEmpty() || length.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Term(
                term.get().field,
                term.get().least + length.get().least,
                term.get().most + length.get().most));
  }

  private static JsonNode argument(JsonNode function, int i) {
    return function.path("arguments").path(i).path("expression");
  }

  /** A constant interval; months and days get the widest range that calendars give them. */
  private Optional<Length> length(JsonNode constant) {
    return compilation.intervals().cast(constant).map(Distances::length);
  }

  private static Length length(Interval interval) {
    long slack = interval.months() != 0 || interval.days() != 0 ? 3 * HOUR : 0;
    long short28 = interval.months() * 28 * DAY;
    long long31 = interval.months() * 31 * DAY;
    long rest = interval.days() * DAY + interval.micros();
    return new Length(
        Math.min(short28, long31) + rest - slack, Math.max(short28, long31) + rest + slack);
  }
}
