package dev.millrace.connect.jdbc;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One column's values as the text that PostgreSQL reads them from. Not safe for use by several
 * threads.
 */
final class PostgresText {
  static final String UNSUPPORTED_VALUES = "unsupported_values";
  static final String ADAPT = "adapt";
  static final String STOP = "stop";

  private static final Logger LOG = LoggerFactory.getLogger(PostgresText.class);

  // The ranges of table 8.9 of PostgreSQL's manual; year 0 here is 1 BC there.
  private static final LocalDate FIRST_DATE = LocalDate.of(-4713, 11, 24);
  private static final LocalDate LAST_DATE = LocalDate.of(5_874_897, 12, 31);
  private static final LocalDateTime LAST_TIMESTAMP =
      LocalDateTime.of(294_276, 12, 31, 23, 59, 59, 999_999_000);

  private final Column column;
  private final boolean adapt;
  private boolean warned;

  /**
   * Writes a column.
   *
   * @param adapt whether a value that PostgreSQL cannot hold is changed; else it is refused
   */
  PostgresText(Column column, boolean adapt) {
    this.column = column;
    this.adapt = adapt;
  }

  /**
   * The text of a value that is not null.
   *
   * @throws StopException if PostgreSQL cannot hold the value and it is not to be adapted
   */
  String of(Object value) {
    return text(column.type(), value);
  }

  private String text(DataType type, Object value) {
    if (type instanceof DataType.Scalar scalar) {
      return scalar(scalar.kind(), value);
    }
    if (type instanceof DataType.Decimal) {
      return ((BigDecimal) value).toPlainString();
    }
    if (type instanceof DataType.Enumeration) {
      return withoutNul((String) value);
    }
    if (PostgresTypes.isArray(type)) {
      return array(((DataType.ListOf) type).element(), (List<?>) value);
    }
    return withoutNulEscape(JsonText.of(type, value));
  }

  private String scalar(DataType.Kind kind, Object value) {
    return switch (kind) {
      case VARCHAR -> withoutNul((String) value);
      case JSON -> withoutNulEscape((String) value);
      case BLOB -> "\\x" + HexFormat.of().formatHex((byte[]) value);
      case DATE -> date((LocalDate) value);
      case TIME -> time((LocalTime) value);
      case TIMESTAMP -> timestamp((LocalDateTime) value, "");
      case TIMESTAMPTZ -> timestamptz((Instant) value);
      default -> value.toString();
    };
  }

  // Array literals quote with double quotes; quoting everything is never wrong.
  private String array(DataType element, List<?> values) {
    StringBuilder out = new StringBuilder("{");
    String separator = "";
    for (Object value : values) {
      out.append(separator);
      separator = ",";
      if (value == null) {
        out.append("NULL");
      } else {
        String text = text(element, value).replace("\\", "\\\\").replace("\"", "\\\"");
        out.append('"').append(text).append('"');
      }
    }
    return out.append('}').toString();
  }

  private String withoutNul(String text) {
    if (text.indexOf('\0') < 0) {
      return text;
    }
    refuseOrWarn("a NUL character in text");
    return text.replace('\0', '\uFFFD');
  }

  private String withoutNulEscape(String json) {
    String adapted = JsonText.withoutUnstorable(json);
    if (!adapted.equals(json)) {
      refuseOrWarn("a NUL character or half a surrogate pair in JSON");
    }
    return adapted;
  }

  private String date(LocalDate date) {
    String infinite = infinite(date.isBefore(FIRST_DATE), date.isAfter(LAST_DATE), date);
    return infinite != null ? infinite : calendar(date) + era(date);
  }

  private String timestamptz(Instant instant) {
    // Instants beyond the years of LocalDateTime are beyond PostgreSQL's by far.
    String infinite =
        infinite(
            instant.isBefore(FIRST_DATE.atStartOfDay().toInstant(ZoneOffset.UTC)),
            instant.isAfter(LAST_TIMESTAMP.toInstant(ZoneOffset.UTC)),
            instant);
    return infinite != null
        ? infinite
        : timestamp(LocalDateTime.ofInstant(instant, ZoneOffset.UTC), "+00");
  }

  private String timestamp(LocalDateTime timestamp, String zone) {
    String infinite =
        infinite(
            timestamp.isBefore(FIRST_DATE.atStartOfDay()),
            timestamp.isAfter(LAST_TIMESTAMP),
            timestamp);
    return infinite != null
        ? infinite
        : calendar(timestamp.toLocalDate())
            + ' '
            + time(timestamp.toLocalTime())
            + zone
            + era(timestamp.toLocalDate());
  }

  private @Nullable String infinite(boolean before, boolean after, Object value) {
    if (!before && !after) {
      return null;
    }
    refuseOrWarn("the time " + value + " beyond PostgreSQL's range");
    return before ? "-infinity" : "infinity";
  }

  private static String calendar(LocalDate date) {
    int year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
    StringBuilder out = new StringBuilder(16);
    out.append(year);
    while (out.length() < 4) {
      out.insert(0, '0');
    }
    two(out.append('-'), date.getMonthValue());
    two(out.append('-'), date.getDayOfMonth());
    return out.toString();
  }

  private static String era(LocalDate date) {
    return date.getYear() > 0 ? "" : " BC";
  }

  private static String time(LocalTime time) {
    StringBuilder out = new StringBuilder(16);
    two(out, time.getHour());
    two(out.append(':'), time.getMinute());
    two(out.append(':'), time.getSecond());
    int micros = time.getNano() / 1000;
    if (micros != 0) {
      String digits = Integer.toString(1_000_000 + micros);
      out.append('.').append(digits, 1, digits.length());
    }
    return out.toString();
  }

  private static void two(StringBuilder out, int value) {
    if (value < 10) {
      out.append('0');
    }
    out.append(value);
  }

  private void refuseOrWarn(String what) {
    if (!adapt) {
      throw new StopException(
          Problem.error(
              JdbcError.SINK_VALUE,
              null,
              "column `%s` has %s, which PostgreSQL cannot hold".formatted(column.name(), what),
              "change the model, or set `%s: %s` in the sink".formatted(UNSUPPORTED_VALUES, ADAPT)),
          null);
    }
    if (!warned) {
      warned = true;
      LOG.warn(
          "column `{}` has {}, which PostgreSQL cannot hold: it is adapted, here and from now on",
          column.name(),
          what);
    }
  }
}
