package dev.millrace.connect.files.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Base64;

/**
 * Typed values as columns read them, whatever format they come from: bytes in base64, times in ISO
 * 8601, decimals as numbers.
 */
final class JsonValues {
  static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);

  private JsonValues() {}

  static JsonNode bytes(byte[] bytes) {
    return JSON.textNode(Base64.getEncoder().encodeToString(bytes));
  }

  /** A float keeps the digits that it is written with. */
  static JsonNode real(Number value) {
    double real =
        value instanceof Float ? Double.parseDouble(value.toString()) : value.doubleValue();
    // JSON has no word for these; DuckDB reads them from a text.
    return Double.isFinite(real) ? JSON.numberNode(real) : JSON.textNode(Double.toString(real));
  }

  /** A moment. */
  static JsonNode instant(long value, long perSecond) {
    return instant(of(value, perSecond));
  }

  /** A moment. */
  static JsonNode instant(Instant moment) {
    return JSON.textNode(moment.toString());
  }

  /** A date with a time, in no zone. */
  static JsonNode local(long value, long perSecond) {
    return local(LocalDateTime.ofInstant(of(value, perSecond), ZoneOffset.UTC));
  }

  /** A date with a time, in no zone. */
  static JsonNode local(LocalDateTime time) {
    return JSON.textNode(time.toString());
  }

  private static Instant of(long value, long perSecond) {
    return Instant.ofEpochSecond(
        Math.floorDiv(value, perSecond),
        Math.floorMod(value, perSecond) * (1_000_000_000 / perSecond));
  }
}
