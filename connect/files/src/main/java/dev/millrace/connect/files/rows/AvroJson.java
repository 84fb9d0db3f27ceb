package dev.millrace.connect.files.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** Avro's values as columns read them: bytes in base64, times in ISO 8601, decimals as numbers. */
final class AvroJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);

  private AvroJson() {}

  static ObjectNode object(IndexedRecord record) {
    ObjectNode object = JSON.objectNode();
    for (Schema.Field field : record.getSchema().getFields()) {
      object.set(field.name(), value(record.get(field.pos()), field.schema()));
    }
    return object;
  }

  private static JsonNode value(@Nullable Object value, Schema schema) {
    if (value == null) {
      return JSON.nullNode();
    }
    return switch (schema.getType()) {
      case UNION ->
          value(value, schema.getTypes().get(GenericData.get().resolveUnion(schema, value)));
      case RECORD -> object((IndexedRecord) value);
      case ARRAY -> array((Collection<?>) value, schema.getElementType());
      case MAP -> map((Map<?, ?>) value, schema.getValueType());
      case BYTES -> bytes(bytes((ByteBuffer) value), schema);
      case FIXED -> bytes(((GenericFixed) value).bytes(), schema);
      case INT -> integer(((Number) value).longValue(), schema.getLogicalType());
      case LONG -> integer(((Number) value).longValue(), schema.getLogicalType());
      case FLOAT -> real(Double.parseDouble(value.toString()));
      case DOUBLE -> real(((Number) value).doubleValue());
      case BOOLEAN -> JSON.booleanNode((Boolean) value);
      case ENUM, STRING -> JSON.textNode(value.toString());
      case NULL -> JSON.nullNode();
    };
  }

  private static JsonNode real(double value) {
    // JSON has no word for these; DuckDB reads them from a text.
    return Double.isFinite(value) ? JSON.numberNode(value) : JSON.textNode(Double.toString(value));
  }

  private static JsonNode array(Collection<?> values, Schema element) {
    ArrayNode array = JSON.arrayNode();
    values.forEach(v -> array.add(value(v, element)));
    return array;
  }

  private static JsonNode map(Map<?, ?> values, Schema element) {
    ObjectNode object = JSON.objectNode();
    values.forEach((k, v) -> object.set(k.toString(), value(v, element)));
    return object;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static JsonNode bytes(byte[] bytes, Schema schema) {
    return schema.getLogicalType() instanceof LogicalTypes.Decimal decimal
        ? JSON.numberNode(new BigDecimal(new BigInteger(bytes), decimal.getScale()))
        : JSON.textNode(Base64.getEncoder().encodeToString(bytes));
  }

  private static JsonNode integer(long value, @Nullable LogicalType logical) {
    String type = logical == null ? "" : logical.getName();
    return switch (type) {
      case "date" -> JSON.textNode(LocalDate.ofEpochDay(value).toString());
      case "time-millis" -> JSON.textNode(LocalTime.ofNanoOfDay(value * 1_000_000).toString());
      case "time-micros" -> JSON.textNode(LocalTime.ofNanoOfDay(value * 1_000).toString());
      case "timestamp-millis" -> JSON.textNode(instant(value, 1_000).toString());
      case "timestamp-micros" -> JSON.textNode(instant(value, 1_000_000).toString());
      case "timestamp-nanos" -> JSON.textNode(instant(value, 1_000_000_000).toString());
      case "local-timestamp-millis" -> JSON.textNode(local(value, 1_000));
      case "local-timestamp-micros" -> JSON.textNode(local(value, 1_000_000));
      default -> JSON.numberNode(value);
    };
  }

  private static Instant instant(long value, long perSecond) {
    return Instant.ofEpochSecond(
        Math.floorDiv(value, perSecond),
        Math.floorMod(value, perSecond) * (1_000_000_000 / perSecond));
  }

  private static String local(long value, long perSecond) {
    return LocalDateTime.ofInstant(instant(value, perSecond), ZoneOffset.UTC).toString();
  }
}
