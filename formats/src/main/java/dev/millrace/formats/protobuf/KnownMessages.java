package dev.millrace.formats.protobuf;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.json.JsonTexts;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Messages of Google and Confluent that mean a time, a number or any JSON. */
final class KnownMessages {
  /** Of the years 1 to 9999, as the message says. */
  private static final long FIRST_SECOND = -62_135_596_800L;

  private static final long LAST_SECOND = 253_402_300_799L;
  private static final int NANOS = 1_000_000_000;

  /** Beyond, scales and precisions of a few damaged bytes would be texts of any length. */
  private static final int MOST_DIGITS = 1_000;

  /** Whole numbers up to this one are what they seem. */
  private static final double EXACT = 9_007_199_254_740_992.0;

  private KnownMessages() {}

  /** Writes a message if it is one of them. */
  static boolean write(Message message, JsonGenerator json) throws IOException, BadRecordException {
    Descriptor type = message.getDescriptorForType();
    if (!KnownFiles.isKnown(type.getFile())) {
      return false;
    }
    switch (type.getFullName()) {
      case "google.protobuf.Timestamp" -> json.writeString(instant(message).toString());
      case "google.protobuf.Duration" -> json.writeString(duration(message));
      case "google.protobuf.BoolValue",
          "google.protobuf.Int32Value",
          "google.protobuf.Int64Value",
          "google.protobuf.UInt32Value",
          "google.protobuf.UInt64Value",
          "google.protobuf.FloatValue",
          "google.protobuf.DoubleValue",
          "google.protobuf.StringValue",
          "google.protobuf.BytesValue",
          "google.type.Decimal" ->
          MessageJson.writeOnly(message, json);
      case "google.protobuf.Struct" -> struct(message, json);
      case "google.protobuf.ListValue" -> list(message, json);
      case "google.protobuf.Value" -> any(message, json);
      case "google.type.Date" -> json.writeString(date(message));
      case "google.type.TimeOfDay" ->
          json.writeString(
              "%02d:%02d:%02d.%09d"
                  .formatted(
                      whole(message, 1), whole(message, 2), whole(message, 3), whole(message, 4)));
      case "confluent.type.Decimal" -> decimal(message, json);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static Object part(Message message, int number) {
    return message.getField(field(message, number));
  }

  private static int whole(Message message, int number) {
    return (Integer) part(message, number);
  }

  private static long seconds(Message message) {
    return (Long) part(message, 1);
  }

  /** True for seconds since 1970 that a Timestamp may have. */
  static boolean isTimestamp(long seconds) {
    return seconds >= FIRST_SECOND && seconds <= LAST_SECOND;
  }

  private static Instant instant(Message message) throws BadRecordException {
    long seconds = seconds(message);
    int nanos = whole(message, 2);
    if (!isTimestamp(seconds) || nanos < 0 || nanos >= NANOS) {
      throw new BadRecordException(
          "no time: a Timestamp of %d seconds and %d nanoseconds".formatted(seconds, nanos));
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }

  /** A date, or what there is of one: a day without a year, say. */
  private static String date(Message message) {
    int year = whole(message, 1);
    int month = whole(message, 2);
    int day = whole(message, 3);
    try {
      return LocalDate.of(year, month, day).toString();
    } catch (DateTimeException e) {
      return "%04d-%02d-%02d".formatted(year, month, day);
    }
  }

  /** As an interval of seconds, of which it has the digits of the nanoseconds. */
  private static String duration(Message message) throws BadRecordException {
    long seconds = seconds(message);
    int nanos = whole(message, 2);
    boolean opposed = seconds > 0 && nanos < 0 || seconds < 0 && nanos > 0;
    long most = LAST_SECOND - FIRST_SECOND;
    if (opposed || Math.abs((long) nanos) >= NANOS || seconds > most || seconds < -most) {
      throw new BadRecordException(
          "no duration: one of %d seconds and %d nanoseconds".formatted(seconds, nanos));
    }
    BigDecimal whole = BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanos, 9));
    return whole.stripTrailingZeros().toPlainString() + " seconds";
  }

  /** As {@code decimal} of Avro. */
  private static void decimal(Message message, JsonGenerator json)
      throws IOException, BadRecordException {
    byte[] unscaled = ((ByteString) part(message, 1)).toByteArray();
    int scale = whole(message, 3);
    if (unscaled.length > MOST_DIGITS || Math.abs((long) scale) > MOST_DIGITS) {
      throw new BadRecordException("a Decimal of more than " + MOST_DIGITS + " digits");
    }
    BigInteger digits = unscaled.length == 0 ? BigInteger.ZERO : new BigInteger(unscaled);
    JsonTexts.writeDecimal(new BigDecimal(digits, scale), json);
  }

  private static void struct(Message message, JsonGenerator json) throws IOException {
    FieldDescriptor fields = field(message, 1);
    json.writeStartObject();
    Map<String, Message> entries = new LinkedHashMap<>();
    for (Object entry : (List<?>) message.getField(fields)) {
      Message parts = (Message) Objects.requireNonNull(entry);
      entries.put((String) part(parts, 1), (Message) part(parts, 2));
    }
    for (Map.Entry<String, Message> entry : entries.entrySet()) {
      json.writeFieldName(entry.getKey());
      any(entry.getValue(), json);
    }
    json.writeEndObject();
  }

  private static void list(Message message, JsonGenerator json) throws IOException {
    json.writeStartArray();
    for (Object value : (List<?>) message.getField(field(message, 1))) {
      any((Message) Objects.requireNonNull(value), json);
    }
    json.writeEndArray();
  }

  private static void any(Message value, JsonGenerator json) throws IOException {
    for (Map.Entry<FieldDescriptor, Object> kind : value.getAllFields().entrySet()) {
      switch (kind.getKey().getNumber()) {
        case 2 -> {
          double number = (Double) kind.getValue();
          if (number == Math.rint(number) && Math.abs(number) <= EXACT) {
            json.writeNumber((long) number);
          } else {
            json.writeNumber(number);
          }
        }
        case 3 -> json.writeString((String) kind.getValue());
        case 4 -> json.writeBoolean((Boolean) kind.getValue());
        case 5 -> struct((Message) kind.getValue(), json);
        case 6 -> list((Message) kind.getValue(), json);
        default -> json.writeNull();
      }
      return;
    }
    json.writeNull();
  }

  private static FieldDescriptor field(Message message, int number) {
    return Objects.requireNonNull(message.getDescriptorForType().findFieldByNumber(number));
  }
}
