package dev.millrace.api.type;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes values of {@link Batch}es as JSON (RFC 8259): structs and maps are objects, lists arrays.
 * How plain values look is up to who makes the writer. Safe for use by several threads if that is.
 */
public final class JsonWriter {
  /** How values look that are no struct, map or list; they are never null. */
  public interface Plain {
    /**
     * True if {@link #text} is JSON already: a number, a boolean, a JSON text; else it is quoted.
     */
    boolean isJson(DataType type, Object value);

    /** The value's text, without quotes. */
    String text(Object value);
  }

  private final Plain plain;

  /** A writer of such plain values. */
  public JsonWriter(Plain plain) {
    this.plain = plain;
  }

  /** The value as JSON. */
  public String json(DataType type, @Nullable Object value) {
    StringBuilder out = new StringBuilder();
    write(type, value, out);
    return out.toString();
  }

  /** Appends the value. */
  public void write(DataType type, @Nullable Object value, StringBuilder out) {
    if (value == null) {
      out.append("null");
    } else if (type instanceof DataType.Struct struct) {
      writeStruct(struct, (Map<?, ?>) value, out);
    } else if (type instanceof DataType.MapOf map) {
      writeMap(map, (Map<?, ?>) value, out);
    } else if (type instanceof DataType.ListOf list) {
      writeList(list, (List<?>) value, out);
    } else if (plain.isJson(type, value)) {
      out.append(plain.text(value));
    } else {
      quote(plain.text(value), out);
    }
  }

  private void writeStruct(DataType.Struct struct, Map<?, ?> value, StringBuilder out) {
    out.append('{');
    String separator = "";
    for (Column field : struct.fields()) {
      out.append(separator);
      separator = ",";
      quote(field.name(), out);
      out.append(':');
      write(field.type(), value.get(field.name()), out);
    }
    out.append('}');
  }

  private void writeMap(DataType.MapOf map, Map<?, ?> value, StringBuilder out) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : value.entrySet()) {
      out.append(separator);
      separator = ",";
      quote(name(map.key(), entry.getKey()), out);
      out.append(':');
      write(map.value(), entry.getValue(), out);
    }
    out.append('}');
  }

  // An object's names are strings: a key that is a list or the like is written as its JSON.
  private String name(DataType type, @Nullable Object key) {
    if (key == null || key instanceof Map || key instanceof List) {
      return json(type, key);
    }
    return plain.text(key);
  }

  private void writeList(DataType.ListOf list, List<?> values, StringBuilder out) {
    out.append('[');
    String separator = "";
    for (Object value : values) {
      out.append(separator);
      separator = ",";
      write(list.element(), value, out);
    }
    out.append(']');
  }

  /** Appends a string in quotes. */
  public static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append("\\u00").append(HexFormat.of().toHexDigits((byte) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
