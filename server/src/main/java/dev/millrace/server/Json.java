package dev.millrace.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Schema;
import dev.millrace.sql.gate.QueryResult;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How values look in the API: numbers that JavaScript cannot hold exactly are strings, instants are
 * ISO 8601, bytes are text where they are UTF-8 and else hexadecimal after {@code \x}.
 */
final class Json {
  static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final BigInteger EXACT = BigInteger.valueOf(1L << 53);
  private static final int EXACT_DIGITS = 15;
  private static final int SHOWN_BYTES = 4096;

  private Json() {}

  static ObjectNode object() {
    return NODES.objectNode();
  }

  static ArrayNode array() {
    return NODES.arrayNode();
  }

  static String write(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static ObjectNode result(QueryResult result) {
    ObjectNode node = object();
    node.set("columns", columns(result.schema()));
    ArrayNode rows = node.putArray("rows");
    for (List<@Nullable Object> row : result.rows()) {
      ArrayNode cells = rows.addArray();
      row.forEach(value -> cells.add(value(value)));
    }
    node.put("truncated", result.truncated());
    node.put("millis", result.millis());
    return node;
  }

  static ArrayNode columns(Schema schema) {
    ArrayNode columns = array();
    for (Column column : schema.columns()) {
      columns.addObject().put("name", column.name()).put("type", column.type().toString());
    }
    return columns;
  }

  static ObjectNode problem(Problem problem) {
    ObjectNode node = object();
    node.put("code", problem.code().name());
    node.put("message", problem.message());
    node.put("hint", problem.hint());
    if (problem.where() != null) {
      node.put("place", problem.where().toString());
      node.put("line", problem.where().line());
      node.put("column", problem.where().column());
      node.put("length", problem.where().length());
    }
    return node;
  }

  static ObjectNode problem(MillraceException e) {
    return problem(e.problem());
  }

  static JsonNode value(@Nullable Object value) {
    if (value == null) {
      return NODES.nullNode();
    } else if (value instanceof Boolean bool) {
      return NODES.booleanNode(bool);
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      return Double.isFinite(number)
          ? NODES.numberNode(number)
          : NODES.textNode(String.valueOf(number));
    } else if (value instanceof BigDecimal decimal) {
      return decimal.precision() <= EXACT_DIGITS
          ? NODES.numberNode(decimal)
          : NODES.textNode(decimal.toPlainString());
    } else if (value instanceof BigInteger || value instanceof Long) {
      BigInteger number = new BigInteger(value.toString());
      return number.abs().compareTo(EXACT) <= 0
          ? NODES.numberNode(number.longValue())
          : NODES.textNode(number.toString());
    } else if (value instanceof Number number) {
      return NODES.numberNode(number.intValue());
    } else if (value instanceof byte[] bytes) {
      return NODES.textNode(text(bytes));
    } else if (value instanceof List<?> list) {
      ArrayNode array = array();
      list.forEach(element -> array.add(value(element)));
      return array;
    } else if (value instanceof Map<?, ?> map) {
      ObjectNode object = object();
      map.forEach((key, element) -> object.set(String.valueOf(key), value(element)));
      return object;
    }
    return NODES.textNode(value.toString());
  }

  private static String text(byte[] bytes) {
    String end = bytes.length > SHOWN_BYTES ? "… (" + bytes.length + " bytes)" : "";
    byte[] shown = Arrays.copyOf(bytes, Math.min(bytes.length, SHOWN_BYTES));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(shown)) + end;
    } catch (CharacterCodingException e) {
      return "\\x" + HexFormat.of().formatHex(shown) + end;
    }
  }
}
