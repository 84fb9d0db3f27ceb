package dev.millrace.connect.files.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** Avro's values as JSON, which {@link JsonValues} makes of plain ones. */
final class AvroJson {
  private AvroJson() {}

  static ObjectNode object(IndexedRecord record) {
    ObjectNode object = JsonValues.JSON.objectNode();
    for (Schema.Field field : record.getSchema().getFields()) {
      object.set(field.name(), value(record.get(field.pos()), field.schema()));
    }
    return object;
  }

  private static JsonNode value(@Nullable Object value, Schema schema) {
    if (value == null) {
      return JsonValues.JSON.nullNode();
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
      case FLOAT, DOUBLE -> JsonValues.real((Number) value);
      case BOOLEAN -> JsonValues.JSON.booleanNode((Boolean) value);
      case ENUM, STRING -> JsonValues.JSON.textNode(value.toString());
      case NULL -> JsonValues.JSON.nullNode();
    };
  }

  private static JsonNode array(Collection<?> values, Schema element) {
    ArrayNode array = JsonValues.JSON.arrayNode();
    values.forEach(v -> array.add(value(v, element)));
    return array;
  }

  private static JsonNode map(Map<?, ?> values, Schema element) {
    ObjectNode object = JsonValues.JSON.objectNode();
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
        ? JsonValues.JSON.numberNode(new BigDecimal(new BigInteger(bytes), decimal.getScale()))
        : JsonValues.bytes(bytes);
  }

  private static JsonNode integer(long value, @Nullable LogicalType logical) {
    String type = logical == null ? "" : logical.getName();
    return switch (type) {
      case "date" -> JsonValues.JSON.textNode(LocalDate.ofEpochDay(value).toString());
      case "time-millis" ->
          JsonValues.JSON.textNode(LocalTime.ofNanoOfDay(value * 1_000_000).toString());
      case "time-micros" ->
          JsonValues.JSON.textNode(LocalTime.ofNanoOfDay(value * 1_000).toString());
      case "timestamp-millis" -> JsonValues.instant(value, 1_000);
      case "timestamp-micros" -> JsonValues.instant(value, 1_000_000);
      case "timestamp-nanos" -> JsonValues.instant(value, 1_000_000_000);
      case "local-timestamp-millis" -> JsonValues.local(value, 1_000);
      case "local-timestamp-micros" -> JsonValues.local(value, 1_000_000);
      default -> JsonValues.JSON.numberNode(value);
    };
  }
}
