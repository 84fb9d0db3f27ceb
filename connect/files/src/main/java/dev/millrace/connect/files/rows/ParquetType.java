package dev.millrace.connect.files.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Blob;
import java.sql.SQLException;
import java.sql.Struct;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A type of a Parquet file as DuckDB prints it, and how its values become JSON.
 *
 * @param name of a plain type, or {@code LIST}, {@code STRUCT}, {@code MAP}
 * @param names of a struct's fields, as SQL
 * @param parts the types in it
 */
record ParquetType(String name, List<String> names, List<ParquetType> parts) {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .setNodeFactory(JsonValues.JSON)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final String MOMENT = "TIMESTAMP WITH TIME ZONE";

  /** Reads a type. */
  static ParquetType parse(String text) {
    return new Parser(text).type();
  }

  /**
   * The type to ask DuckDB for. Its driver moves a time without a zone that this machine's zone
   * leaves out, so such a time is asked for in UTC, and as a text if it has nanoseconds.
   */
  String asked() {
    return switch (name) {
      case "LIST" -> parts.get(0).asked() + "[]";
      case "MAP" -> "MAP(" + parts.get(0).asked() + ", " + parts.get(1).asked() + ")";
      case "STRUCT" -> {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
          fields.add(names.get(i) + " " + parts.get(i).asked());
        }
        yield "STRUCT(" + String.join(", ", fields) + ")";
      }
      case "TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP_S" -> MOMENT;
      case "TIMESTAMP_NS" -> "VARCHAR";
      default -> name;
    };
  }

  /** A value of the type that was asked for. */
  JsonNode json(@Nullable Object value) throws SQLException {
    if (value == null) {
      return JsonValues.JSON.nullNode();
    }
    return switch (name) {
      case "LIST" -> list((Array) value);
      case "MAP" -> map((Map<?, ?>) value);
      case "STRUCT" -> struct((Struct) value);
      case "TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP_S" ->
          JsonValues.local(
              LocalDateTime.ofInstant(((OffsetDateTime) value).toInstant(), ZoneOffset.UTC));
      case "TIMESTAMP_NS" -> nanos(value.toString());
      case "JSON" -> document(value.toString());
      default -> plain(value);
    };
  }

  private ArrayNode list(Array values) throws SQLException {
    ArrayNode array = JsonValues.JSON.arrayNode();
    for (Object element : (Object[]) values.getArray()) {
      array.add(parts.get(0).json(element));
    }
    return array;
  }

  private ObjectNode map(Map<?, ?> values) throws SQLException {
    ObjectNode object = JsonValues.JSON.objectNode();
    for (Map.Entry<?, ?> entry : values.entrySet()) {
      JsonNode key = parts.get(0).json(entry.getKey());
      object.set(
          key.isValueNode() ? key.asText() : key.toString(), parts.get(1).json(entry.getValue()));
    }
    return object;
  }

  private ObjectNode struct(Struct value) throws SQLException {
    ObjectNode object = JsonValues.JSON.objectNode();
    Object[] attributes = value.getAttributes();
    for (int i = 0; i < attributes.length; i++) {
      object.set(unquoted(names.get(i)), parts.get(i).json(attributes[i]));
    }
    return object;
  }

  static String unquoted(String name) {
    return name.startsWith("\"")
        ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
        : name;
  }

  private static JsonNode nanos(String text) {
    try {
      return JsonValues.local(LocalDateTime.parse(text.replace(' ', 'T')));
    } catch (DateTimeParseException e) {
      // Infinity.
      return JsonValues.JSON.textNode(text);
    }
  }

  /** A text that the file says is JSON. */
  private static JsonNode document(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      return JsonValues.JSON.textNode(text);
    }
  }

  private static JsonNode plain(Object value) throws SQLException {
    if (value instanceof Float || value instanceof Double) {
      return JsonValues.real((Number) value);
    } else if (value instanceof BigDecimal decimal) {
      return JsonValues.JSON.numberNode(decimal);
    } else if (value instanceof BigInteger integer) {
      return JsonValues.JSON.numberNode(integer);
    } else if (value instanceof Number integer) {
      return JsonValues.JSON.numberNode(integer.longValue());
    } else if (value instanceof Boolean truth) {
      return JsonValues.JSON.booleanNode(truth);
    } else if (value instanceof Blob blob) {
      return JsonValues.bytes(blob.getBytes(1, (int) blob.length()));
    } else if (value instanceof OffsetDateTime moment) {
      return JsonValues.instant(moment.toInstant());
    } else if (value instanceof OffsetTime time) {
      // Parquet's times of UTC; TIME has no zone.
      return JsonValues.JSON.textNode(
          time.withOffsetSameInstant(ZoneOffset.UTC).toLocalTime().toString());
    }
    return JsonValues.JSON.textNode(value.toString());
  }

  /** Reads types as DuckDB prints them. */
  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    ParquetType type() {
      ParquetType type;
      if (take("STRUCT(")) {
        type = struct();
      } else if (take("MAP(")) {
        ParquetType key = type();
        take(", ");
        type = new ParquetType("MAP", List.of(), List.of(key, type()));
        take(")");
      } else {
        type = new ParquetType(plain(), List.of(), List.of());
      }
      while (take("[")) {
        at = text.indexOf(']', at) + 1;
        type = new ParquetType("LIST", List.of(), List.of(type));
      }
      return type;
    }

    private ParquetType struct() {
      List<String> names = new ArrayList<>();
      List<ParquetType> parts = new ArrayList<>();
      do {
        names.add(name());
        take(" ");
        parts.add(type());
      } while (take(", "));
      take(")");
      return new ParquetType("STRUCT", names, parts);
    }

    private String name() {
      int start = at;
      if (text.charAt(at) != '"') {
        at = text.indexOf(' ', at);
        return text.substring(start, at);
      }
      do {
        at = text.indexOf('"', at + 1) + 1;
      } while (at < text.length() && text.charAt(at) == '"');
      return text.substring(start, at);
    }

    /** Up to what ends a type, with the parameters that it has. */
    private String plain() {
      int start = at;
      int depth = 0;
      for (; at < text.length(); at++) {
        char c = text.charAt(at);
        if (depth == 0 && (c == ',' || c == ')' || c == '[')) {
          break;
        }
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      }
      return text.substring(start, at);
    }

    private boolean take(String word) {
      boolean found = text.startsWith(word, at);
      at += found ? word.length() : 0;
      return found;
    }
  }
}
