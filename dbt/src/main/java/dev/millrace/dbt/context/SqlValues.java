package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Json;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.Printing;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of query results as Python has them in agate's tables. */
final class SqlValues {
  private SqlValues() {}

  /** Lists and maps are JSON there. */
  static @Nullable Object python(@Nullable Object value) {
    if (value == null || value instanceof Boolean || value instanceof CharSequence) {
      return value;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof BigInteger big) {
      return big.bitLength() < Long.SIZE ? (Object) big.longValue() : big;
    }
    if (value instanceof LocalDateTime moment) {
      return new TemplateMoment(moment, null);
    }
    if (value instanceof OffsetDateTime moment) {
      return new TemplateMoment(moment.toLocalDateTime(), moment.getOffset());
    }
    if (value instanceof LocalDate date) {
      return new TemplateDate(date);
    }
    if (value instanceof List || value instanceof Map) {
      return Json.write(jsonable(value), false, -1);
    }
    return value instanceof Number ? value : String.valueOf(value);
  }

  private static @Nullable Object jsonable(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<Object, @Nullable Object> copy = new java.util.LinkedHashMap<>();
      map.forEach((key, item) -> copy.put(key, jsonable(item)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new java.util.ArrayList<>();
      list.forEach(item -> copy.add(jsonable(item)));
      return copy;
    }
    Object plain = python(value);
    return plain == null || plain instanceof Boolean || Numbers.isNumber(plain)
        ? plain
        : Printing.str(plain);
  }

  /** Nulls last. */
  static int order(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return a == b ? 0 : a == null ? 1 : -1;
    }
    return Operators.compare("<", a, b);
  }
}
