package dev.millrace.formats.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.formats.BadRecordException;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * Values of rows in JSON, as their columns have them. What they are not is an {@link
 * IllegalArgumentException}, an {@link ArithmeticException} or a {@link
 * java.time.DateTimeException}.
 */
public final class RowValues {
  private static final DateTimeFormatter DATE_TIME =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .optionalStart()
          .appendOffset("+HH:mm", "Z")
          .optionalEnd()
          .toFormatter();

  private static final int SHOWN = 100;

  private RowValues() {}

  /** A row. */
  public static JsonNode row(byte[] json) throws BadRecordException {
    try {
      JsonNode row = JsonTexts.MAPPER.readTree(json);
      if (!row.isObject()) {
        throw new BadRecordException("no JSON object, of which a record can be made");
      }
      return row;
    } catch (IOException e) {
      throw new BadRecordException("not valid JSON: " + e.getMessage());
    }
  }

  /** That a field's value is not of its type. */
  public static BadRecordException unfit(String field, String type, JsonNode value) {
    return new BadRecordException(
        "field `%s` is not of type %s: %s".formatted(field, type, shown(value)));
  }

  /** The begin of a value. */
  public static String shown(JsonNode value) {
    String text = value.toString();
    return text.substring(0, Math.min(SHOWN, text.length()));
  }

  /** Throws unless it is true. */
  public static void require(boolean fits) {
    if (!fits) {
      throw new IllegalArgumentException();
    }
  }

  /** True if there is no value. */
  public static boolean isNull(JsonNode value) {
    return value.isNull() || value.isMissingNode();
  }

  /** A text. */
  public static String text(JsonNode value) {
    require(value.isTextual());
    return value.textValue();
  }

  /** Any value as a text: what is none is its JSON, as in a column of texts. */
  public static String anyText(JsonNode value) {
    return value.isTextual() ? value.textValue() : value.toString();
  }

  /** A number, which may be written as a text. */
  public static BigDecimal number(JsonNode value) {
    return value.isNumber() ? value.decimalValue() : new BigDecimal(text(value));
  }

  /** A number, an infinity or none. */
  public static double real(JsonNode value) {
    return value.isNumber() ? value.doubleValue() : Double.parseDouble(text(value));
  }

  /** A date and a time; with an offset the time in UTC. */
  public static LocalDateTime dateTime(JsonNode value) {
    var time =
        DATE_TIME.parseBest(
            text(value).replace(' ', 'T'), OffsetDateTime::from, LocalDateTime::from);
    return time instanceof OffsetDateTime offset
        ? offset.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()
        : (LocalDateTime) time;
  }
}
