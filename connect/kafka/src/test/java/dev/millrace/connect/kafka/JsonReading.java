package dev.millrace.connect.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the sink's JSON with another parser, to the values that batches hold. */
final class JsonReading {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private JsonReading() {}

  static List<@Nullable Object> row(String json, Schema schema) {
    JsonNode node = tree(json);
    List<@Nullable Object> values = new ArrayList<>();
    for (Column column : schema.columns()) {
      values.add(value(node.get(column.name()), column.type()));
    }
    return values;
  }

  static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError(json, e);
    }
  }

  private static @Nullable Object value(@Nullable JsonNode node, DataType type) {
    if (type.equals(new DataType.Scalar(DataType.Kind.JSON))) {
      return node == null ? null : node.toString();
    }
    if (node == null || node.isNull()) {
      return null;
    }
    if (type instanceof DataType.Decimal decimal) {
      return new BigDecimal(node.asText()).setScale(decimal.scale());
    }
    if (type instanceof DataType.ListOf list) {
      List<@Nullable Object> values = new ArrayList<>();
      node.forEach(e -> values.add(value(e, list.element())));
      return values;
    }
    if (type instanceof DataType.Struct struct) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      struct.fields().forEach(f -> values.put(f.name(), value(node.get(f.name()), f.type())));
      return values;
    }
    if (type instanceof DataType.MapOf map) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      node.properties().forEach(e -> values.put(e.getKey(), value(e.getValue(), map.value())));
      return values;
    }
    return type instanceof DataType.Scalar scalar ? scalar(node, scalar.kind()) : node.asText();
  }

  private static Object scalar(JsonNode node, DataType.Kind kind) {
    String text = node.asText();
    return switch (kind) {
      case BOOLEAN -> node.booleanValue();
      case TINYINT -> Byte.valueOf(text);
      case SMALLINT, UTINYINT -> Short.valueOf(text);
      case INTEGER, USMALLINT -> Integer.valueOf(text);
      case BIGINT, UINTEGER -> Long.valueOf(text);
      case UBIGINT, HUGEINT, UHUGEINT -> new BigInteger(text);
      case FLOAT -> Float.valueOf(text);
      case DOUBLE -> Double.valueOf(text);
      case BLOB -> Base64.getDecoder().decode(text);
      case DATE -> LocalDate.parse(text);
      case TIME -> LocalTime.parse(text);
      case TIMESTAMP -> LocalDateTime.parse(text);
      case TIMESTAMPTZ -> Instant.parse(text);
      case UUID -> UUID.fromString(text);
      case VARCHAR, INTERVAL, JSON -> text;
    };
  }
}
