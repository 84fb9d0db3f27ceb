package dev.millrace.connect.clickhouse;

import dev.millrace.api.type.Batch;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Schema;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A part of a table's order or partition: a column, or a function of a column of a time. Its value
 * can be computed here, so that rows are sorted into partitions before they are sent.
 *
 * @param function of ClickHouse; null for the column itself
 * @param column the column's name
 */
record KeyExpression(@Nullable String function, String column) {
  /** Of times in UTC. Only what is equal matters, so the values need not be ClickHouse's. */
  private static final Map<String, Function<LocalDateTime, Object>> FUNCTIONS =
      new TreeMap<>(
          Map.of(
              "toYear", LocalDateTime::getYear,
              "toYYYYMM", YearMonth::from,
              "toYYYYMMDD", LocalDateTime::toLocalDate,
              "toDate", LocalDateTime::toLocalDate,
              "toStartOfDay", LocalDateTime::toLocalDate,
              "toStartOfMonth", YearMonth::from,
              "toMonday", time -> Math.floorDiv(time.toLocalDate().toEpochDay() + 3, 7L),
              "toStartOfHour", time -> time.truncatedTo(ChronoUnit.HOURS)));

  private static final Pattern CALL =
      Pattern.compile("\\s*(\\w+)\\s*\\(\\s*(`[^`]+`|\\w+)\\s*\\)\\s*");
  private static final Pattern COLUMN = Pattern.compile("\\s*(`[^`]+`|[^(),`]+?)\\s*");

  /** Reads {@code column} or {@code function(column)}; empty if the text is neither. */
  static Optional<KeyExpression> parse(String text) {
    Matcher call = CALL.matcher(text);
    if (call.matches()) {
      return Optional.of(new KeyExpression(call.group(1), bare(call.group(2))));
    }
    Matcher column = COLUMN.matcher(text);
    return column.matches()
        ? Optional.of(new KeyExpression(null, bare(column.group(1))))
        : Optional.empty();
  }

  private static String bare(String name) {
    return name.startsWith("`") ? name.substring(1, name.length() - 1) : name;
  }

  /**
   * Reads a table's partition as {@code system.tables} tells it.
   *
   * @return empty if it is not made of such expressions alone; an empty list if there is none
   */
  static Optional<List<KeyExpression>> parseAll(String key) {
    String text = key.strip();
    if (text.isEmpty() || text.equals("tuple()")) {
      return Optional.of(List.of());
    }
    if (text.startsWith("(") && text.endsWith(")")) {
      text = text.substring(1, text.length() - 1);
    }
    List<KeyExpression> all = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Optional<KeyExpression> parsed = parse(part);
      if (parsed.isEmpty()
          || (parsed.get().function() != null && !FUNCTIONS.containsKey(parsed.get().function()))) {
        return Optional.empty();
      }
      all.add(parsed.get());
    }
    return Optional.of(all);
  }

  /** The names of all functions. */
  static List<String> functions() {
    return List.copyOf(FUNCTIONS.keySet());
  }

  /** True for the types of which functions are. */
  static boolean isTime(DataType type) {
    return type instanceof DataType.Scalar scalar
        && (scalar.kind() == Kind.DATE
            || scalar.kind() == Kind.TIMESTAMP
            || scalar.kind() == Kind.TIMESTAMPTZ);
  }

  /** As SQL, with the column under the name that the table has for it. */
  String sql(Function<String, String> names) {
    String name = Sql.name(names.apply(column));
    return function == null ? name : function + "(" + name + ")";
  }

  /** A value that is the same for rows of the same partition. */
  @Nullable Object value(Schema schema, Batch batch, int row) {
    Object value = batch.value(row, schema.indexOf(column));
    Function<LocalDateTime, Object> computed = function == null ? null : FUNCTIONS.get(function);
    return computed == null || value == null ? value : computed.apply(time(value));
  }

  private static LocalDateTime time(Object value) {
    if (value instanceof LocalDate date) {
      return date.atStartOfDay();
    }
    return value instanceof Instant instant
        ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
        : (LocalDateTime) value;
  }
}
