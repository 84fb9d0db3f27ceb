package dev.millrace.sql;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.sql.ConstantIntervals.Interval;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Writes functions of times as arithmetic on microseconds. DuckDB computes with TIMESTAMPTZ in
 * ICU's calendars, and programs do so for every event. Nanoseconds a row on one thread:
 *
 * <pre>
 * ts + INTERVAL 10 MINUTE               64      5
 * time_bucket(INTERVAL 1 MINUTE, ts)   134     12
 * date_trunc('day', ts)                286     14
 * ts - u                             1,590     33
 * hour(ts)                              89      7
 * </pre>
 *
 * <p>The result is equal for every value: for NULL and infinities, for times before 1970, and where
 * the range of timestamps ends an error stays one. Where plain arithmetic could differ, {@code
 * CASE} leaves the value to the original. In any time zone this holds of moves by hours or less, of
 * buckets so wide, and of {@code AT TIME ZONE 'UTC'}; what knows days is written anew only where
 * the zone is UTC.
 *
 * <p>DuckDB binds each call anew in every statement, for 45 microseconds; so the shortest equal
 * form is chosen, and it pays from about a thousand rows. A constant stays as it is.
 *
 * <p>Only the text that runs is another one. The tree says what the query says: from it watermarks
 * and distances are read, and people are shown it.
 */
final class TimeArithmetic {
  /** For which times a function of a TIMESTAMPTZ equals that of a TIMESTAMP. */
  private enum Equal {
    /** Both are NULL for infinities. */
    ALWAYS,
    /** The one of a TIMESTAMPTZ has a value for infinities, or fails. */
    IF_FINITE,
    /** Before, the one of a TIMESTAMPTZ counts years otherwise, or is wrong by a millisecond. */
    SINCE_1970,
    /** The same, and it fails for times too far apart. */
    SINCE_1970_NEAR
  }

  private static final String HOLE = "__time_";
  private static final long SECOND = 1_000_000;
  private static final long DAY = 86_400 * SECOND;

  /** A thousand years; longer intervals are left to DuckDB, so that sums of many keep in range. */
  private static final long LONGEST = 366_000 * DAY;

  /** 2000-01-03, a Monday: where {@code time_bucket} starts to count. */
  private static final long BUCKET_ORIGIN = 10_959 * DAY;

  /** 1970-01-05, a Monday: a week is a bucket from there. */
  private static final long MONDAY = 4 * DAY;

  /** Functions of one time that are NULL for infinities. */
  private static final Set<String> FIELDS =
      Set.of(
          ("quarter month week weekofyear day dayofmonth dayofyear dayofweek weekday isodow"
                  + " hour minute second millisecond microsecond dayname monthname last_day")
              .split(" "));

  private static final Set<String> PARTS =
      Set.of(
          ("quarter month week day doy dow isodow hour minute second millisecond milliseconds"
                  + " microsecond microseconds")
              .split(" "));

  /** Types by which a time becomes what a clock shows. */
  private static final Set<String> TO_CLOCK = Set.of("DATE", "TIMESTAMP");

  private static final Set<String> TO_INSTANT = Set.of("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE");

  /** What may be evaluated twice, over columns and constants. */
  private static final Set<String> CHEAP =
      Set.of("greatest", "least", "to_timestamp", "make_timestamptz", "struct_extract");

  private static final Set<String> CHEAP_OPERATORS =
      Set.of("OPERATOR_COALESCE", "STRUCT_EXTRACT", "COLUMN_REF");

  private final Compilation compilation;
  private final Map<String, String> known = new HashMap<>();

  TimeArithmetic(Compilation compilation) {
    this.compilation = compilation;
  }

  /** The SQL of a resolved expression, as a program runs it. */
  String sql(JsonNode tree) {
    String written = written(tree);
    String before = known.get(written);
    if (before != null) {
      return before;
    }
    List<String> pieces = new ArrayList<>();
    JsonNode holed = dig(tree, pieces);
    String sql = pieces.isEmpty() ? written : written(holed);
    for (int i = 0; i < pieces.size(); i++) {
      sql = sql.replace(hole(i), pieces.get(i));
    }
    known.put(written, sql);
    return sql;
  }

  private static String hole(int i) {
    return HOLE + i + "__";
  }

  private String written(JsonNode tree) {
    return compilation.duck().printExpression(tree);
  }

  /** The tree with holes for what is written anew. */
  private JsonNode dig(JsonNode tree, List<String> pieces) {
    if (tree.isArray()) {
      ArrayNode array = DuckDb.array();
      tree.forEach(child -> array.add(dig(child, pieces)));
      return array;
    }
    // A lambda's parameter may have the name of a field.
    if (!tree.isObject() || tree.path("class").asText().equals("LAMBDA")) {
      return tree;
    }
    Optional<String> faster = faster(tree);
    if (faster.isPresent()) {
      pieces.add(faster.get());
      return Compilation.reference(hole(pieces.size() - 1));
    }
    ObjectNode copy = DuckDb.object();
    tree.fields().forEachRemaining(e -> copy.set(e.getKey(), dig(e.getValue(), pieces)));
    return copy;
  }

  private Optional<String> faster(JsonNode tree) {
    if (!Watermarks.hasColumn(tree)) {
      // A constant is evaluated once a statement.
      return Optional.empty();
    }
    Optional<Microseconds> instant = step(tree).or(() -> conversion(tree));
    if (instant.isPresent()) {
      Microseconds micros = instant.get();
      return micros.guard() == null
          ? Optional.of(coalesce(micros.instant(), micros.otherwise()))
          : guarded(tree, micros.instant(), micros);
    }
    return switch (tree.path("class").asText()) {
      case "FUNCTION" -> function(tree);
      case "CAST" -> cast(tree);
      default -> Optional.empty();
    };
  }

  /** A function that takes and returns an instant; empty if the tree is none. */
  private Optional<Microseconds> step(JsonNode tree) {
    int count = tree.path("arguments").size();
    return switch (name(tree)) {
      case "+" -> count == 2 ? plus(tree) : Optional.empty();
      case "-" -> count == 2 ? moved(argument(tree, 0), argument(tree, 1), -1) : Optional.empty();
      case "time_bucket" -> count == 2 || count == 3 ? bucket(tree) : Optional.empty();
      case "date_trunc", "datetrunc" -> count == 2 ? truncated(tree) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private Optional<Microseconds> plus(JsonNode tree) {
    return moved(argument(tree, 0), argument(tree, 1), 1)
        .or(() -> moved(argument(tree, 1), argument(tree, 0), 1));
  }

  private Optional<Microseconds> moved(JsonNode time, JsonNode interval, int sign) {
    return compilation.intervals().of(interval).flatMap(length -> moved(time, length, sign));
  }

  private Optional<Microseconds> moved(JsonNode time, Interval length, int sign) {
    Optional<Long> distance = distance(length);
    if (distance.isPresent()) {
      return microseconds(time).map(m -> m.plus(sign * distance.get()));
    }
    long months = length.months();
    if (!isUtc() || length.days() != 0 || length.micros() != 0 || Math.abs(months) > 12_000) {
      return Optional.empty();
    }
    String call = "%s + CAST('" + sign * months + " months' AS INTERVAL)";
    return microseconds(time).map(m -> m.calendar(call, Math.abs(months) * 31 * DAY));
  }

  /** How far an interval moves any instant; empty if that depends on the calendar. */
  private Optional<Long> distance(Interval length) {
    boolean fixed = length.months() == 0 && (length.days() == 0 || isUtc());
    boolean sane = Math.abs(length.days()) <= LONGEST / DAY && Math.abs(length.micros()) <= LONGEST;
    return fixed && sane ? Optional.of(length.days() * DAY + length.micros()) : Optional.empty();
  }

  private Optional<Microseconds> bucket(JsonNode tree) {
    // Of other widths DuckDB says that they are none.
    Optional<Long> width =
        compilation
            .intervals()
            .of(argument(tree, 0))
            .filter(interval -> (interval.days() == 0) != (interval.micros() == 0))
            .flatMap(this::distance)
            .filter(distance -> distance > 0);
    if (width.isEmpty()) {
      return Optional.empty();
    }
    JsonNode time = argument(tree, 1);
    if (tree.path("arguments").size() == 2) {
      return microseconds(time).map(m -> m.floor(width.get(), BUCKET_ORIGIN));
    }
    Optional<Interval> interval = compilation.intervals().of(argument(tree, 2));
    if (interval.isPresent()) {
      return distance(interval.get())
          .flatMap(
              offset ->
                  microseconds(time)
                      .map(m -> m.plus(-offset).floor(width.get(), BUCKET_ORIGIN).plus(offset)));
    }
    return origin(argument(tree, 2))
        .flatMap(origin -> microseconds(time).map(m -> m.floor(width.get(), origin)));
  }

  private Optional<Microseconds> truncated(JsonNode tree) {
    if (!isUtc()) {
      return Optional.empty();
    }
    String part = text(argument(tree, 0));
    JsonNode time = argument(tree, 1);
    return switch (part) {
      case "microsecond" -> microseconds(time);
      case "millisecond" -> microseconds(time).map(m -> m.floor(SECOND / 1_000, 0));
      case "second" -> microseconds(time).map(m -> m.floor(SECOND, 0));
      case "minute" -> microseconds(time).map(m -> m.floor(60 * SECOND, 0));
      case "hour" -> microseconds(time).map(m -> m.floor(3_600 * SECOND, 0));
      case "day" -> microseconds(time).map(m -> m.floor(DAY, 0));
      case "week" -> microseconds(time).map(m -> m.floor(7 * DAY, MONDAY));
      case "month", "quarter", "year" ->
          microseconds(time).map(m -> m.calendar("date_trunc('" + part + "', %s)", 366 * DAY));
      default -> Optional.empty();
    };
  }

  /** A constant of type TIMESTAMPTZ that buckets can start at. */
  private Optional<Long> origin(JsonNode constant) {
    if (Watermarks.hasColumn(constant) || !isTime(constant)) {
      return Optional.empty();
    }
    try {
      long[] numbers =
          compilation
              .duck()
              .numbers(
                  "SELECT coalesce(epoch_us(c), -1) FROM (SELECT " + written(constant) + " AS c)");
      return numbers[0] < 0 ? Optional.empty() : Optional.of(numbers[0]);
    } catch (SQLException e) {
      return Optional.empty();
    }
  }

  /** A TIMESTAMP that is taken for UTC: there DuckDB's way back leads through the calendar, too. */
  private Optional<Microseconds> conversion(JsonNode tree) {
    JsonNode time;
    if (tree.path("class").asText().equals("CAST")) {
      if (!isUtc() || !TO_INSTANT.contains(castType(tree))) {
        return Optional.empty();
      }
      time = tree.path("child");
    } else if (isInUtc(tree)) {
      time = argument(tree, 1);
    } else {
      return Optional.empty();
    }
    return type(time).equals("TIMESTAMP")
        ? Optional.of(Microseconds.of(sql(time), written(tree), isCheap(time)))
        : Optional.empty();
  }

  /** The number of an expression of type TIMESTAMPTZ; empty for any other. */
  private Optional<Microseconds> microseconds(JsonNode tree) {
    Optional<Microseconds> steps = step(tree).or(() -> conversion(tree));
    if (steps.isPresent() || !isTime(tree)) {
      return steps;
    }
    String sql = sql(tree);
    return Optional.of(Microseconds.of(sql, sql, isCheap(tree)));
  }

  private Optional<String> function(JsonNode tree) {
    int count = tree.path("arguments").size();
    if (count == 2 && isInUtc(tree)) {
      return microseconds(argument(tree, 1))
          .flatMap(m -> equal(tree, m.timestamp(), Equal.IF_FINITE, m));
    }
    if (!isUtc()) {
      return Optional.empty();
    }
    String part = text(argument(tree, 0));
    return switch (name(tree) + "/" + count) {
      case "year/1" -> inUtc(tree, Equal.SINCE_1970, place(0));
      case "date_part/2", "datepart/2" ->
          part.equals("year")
              ? inUtc(tree, Equal.SINCE_1970, place(1))
              : PARTS.contains(part) ? inUtc(tree, Equal.ALWAYS, place(1)) : Optional.empty();
      case "date_diff/3", "datediff/3" ->
          part.equals("year") || PARTS.contains(part)
              ? inUtc(tree, Equal.SINCE_1970_NEAR, place(1), place(2))
              : Optional.empty();
      case "strftime/2" ->
          inUtc(tree, Equal.IF_FINITE, place(0)).or(() -> inUtc(tree, Equal.IF_FINITE, place(1)));
      case "-/2" -> inUtc(tree, Equal.SINCE_1970, place(0), place(1));
      default ->
          count == 1 && FIELDS.contains(name(tree))
              ? inUtc(tree, Equal.ALWAYS, place(0))
              : Optional.empty();
    };
  }

  private Optional<String> cast(JsonNode tree) {
    boolean shown = isUtc() && TO_CLOCK.contains(castType(tree));
    return shown ? inUtc(tree, Equal.IF_FINITE, JsonPointer.compile("/child")) : Optional.empty();
  }

  private static JsonPointer place(int argument) {
    return JsonPointer.compile("/arguments/" + argument + "/expression");
  }

  /** The same of what clocks in UTC show: for a TIMESTAMP DuckDB needs no calendar. */
  private Optional<String> inUtc(JsonNode tree, Equal how, JsonPointer... places) {
    List<Microseconds> times = new ArrayList<>();
    for (JsonPointer place : places) {
      microseconds(tree.at(place)).ifPresent(times::add);
    }
    if (times.size() < places.length) {
      return Optional.empty();
    }
    if (how == Equal.SINCE_1970 || how == Equal.SINCE_1970_NEAR) {
      times.replaceAll(time -> time.since1970(how == Equal.SINCE_1970_NEAR));
    }
    JsonNode holed = tree.deepCopy();
    for (int i = 0; i < places.length; i++) {
      ((ObjectNode) holed.at(places[i].head()))
          .set(places[i].last().getMatchingProperty(), Compilation.reference(hole(i)));
    }
    String faster = written(holed);
    for (int i = 0; i < places.length; i++) {
      faster = faster.replace(hole(i), times.get(i).timestamp());
    }
    return equal(tree, faster, how, times.toArray(Microseconds[]::new));
  }

  private Optional<String> equal(
      JsonNode original, String faster, Equal how, Microseconds... times) {
    if (Arrays.stream(times).anyMatch(time -> time.guard() != null)) {
      return guarded(original, faster, times);
    }
    return Optional.of(how == Equal.IF_FINITE ? coalesce(faster, written(original)) : faster);
  }

  private static String coalesce(String faster, String otherwise) {
    return "coalesce(" + faster + ", " + otherwise + ")";
  }

  /** Equal for ordinary times; DuckDB decides about all others. */
  private Optional<String> guarded(JsonNode original, String faster, Microseconds... times) {
    if (!Arrays.stream(times).allMatch(Microseconds::cheap)) {
      return Optional.empty();
    }
    List<String> guards =
        Arrays.stream(times).map(Microseconds::guard).filter(Objects::nonNull).toList();
    String when = String.join(" AND ", guards);
    return Optional.of(
        "CASE WHEN " + when + " THEN " + faster + " ELSE " + written(original) + " END");
  }

  private boolean isUtc() {
    return compilation.duck().isUtc();
  }

  private static String name(JsonNode tree) {
    return tree.path("function_name").asText();
  }

  private static JsonNode argument(JsonNode function, int i) {
    return function.path("arguments").path(i).path("expression");
  }

  /** {@code x AT TIME ZONE 'UTC'}. */
  private static boolean isInUtc(JsonNode tree) {
    return name(tree).equals("timezone") && text(argument(tree, 0)).equals("utc");
  }

  /** The text of a constant in lower case; empty if it is none. */
  private static String text(JsonNode constant) {
    JsonNode literal = constant.path("literal");
    boolean text = literal.path("kind").asText().equals("STRING");
    return text ? literal.path("text").asText().toLowerCase(Locale.ROOT) : "";
  }

  private static String castType(JsonNode cast) {
    boolean plain = !cast.path("try_cast").asBoolean();
    return plain ? cast.path("type_expr").path("type_name").asText() : "";
  }

  private boolean isTime(JsonNode tree) {
    return type(tree).equals("TIMESTAMP WITH TIME ZONE");
  }

  /** The type of an expression; empty if it cannot be told. */
  private String type(JsonNode tree) {
    List<Field> fields = new ArrayList<>();
    for (String name : Expr.refs(tree)) {
      Optional<Field> field = compilation.field(name);
      if (field.isEmpty()) {
        // The parameter of a lambda.
        return "";
      }
      fields.add(field.get());
    }
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      return fields.get(0).type();
    }
    try {
      return compilation.duck().types(fields, List.of(written(tree))).get(0);
    } catch (SQLException e) {
      // Who compiles the query will tell.
      return "";
    }
  }

  private static boolean isCheap(JsonNode tree) {
    if (!Watermarks.hasColumn(tree)) {
      return true;
    }
    if (tree.path("class").asText().equals("FUNCTION")) {
      boolean cheap = CHEAP.contains(name(tree));
      for (JsonNode argument : tree.path("arguments")) {
        cheap &= isCheap(argument.path("expression"));
      }
      return cheap;
    }
    boolean cheap = CHEAP_OPERATORS.contains(tree.path("type").asText());
    for (JsonNode child : tree.path("children")) {
      cheap &= isCheap(child);
    }
    return cheap;
  }
}
