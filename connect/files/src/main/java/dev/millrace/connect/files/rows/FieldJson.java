package dev.millrace.connect.files.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import java.util.Arrays;
import java.util.List;

/** Writes rows of texts as JSON objects: numbers and truth values as such where a column is one. */
final class FieldJson {
  private static final byte[] NULL = "null".getBytes(UTF_8);
  private static final byte[] HEX = "0123456789abcdef".getBytes(UTF_8);

  private final byte[][] names;
  private final boolean[] numbers;
  private final boolean[] booleans;
  private byte[] out = new byte[1024];
  private int length;

  FieldJson(List<String> fields, Schema schema) {
    names = new byte[fields.size()][];
    numbers = new boolean[fields.size()];
    booleans = new boolean[fields.size()];
    for (int i = 0; i < names.length; i++) {
      DataType type = schema.column(fields.get(i)).map(Column::type).orElse(null);
      numbers[i] = type != null && type.isNumber();
      booleans[i] = type instanceof DataType.Scalar s && s.kind() == DataType.Kind.BOOLEAN;
      text(fields.get(i).getBytes(UTF_8), 0, fields.get(i).getBytes(UTF_8).length);
      names[i] = Arrays.copyOf(out, length);
      length = 0;
    }
  }

  int size() {
    return names.length;
  }

  void begin() {
    length = 0;
    put('{');
  }

  byte[] end() {
    put('}');
    return Arrays.copyOf(out, length);
  }

  private void name(int field) {
    if (field > 0) {
      put(',');
    }
    bytes(names[field], 0, names[field].length);
    put(':');
  }

  void nothing(int field) {
    name(field);
    bytes(NULL, 0, NULL.length);
  }

  /** A field's value from bytes in UTF-8. */
  void value(int field, byte[] b, int from, int to, boolean quoted) {
    name(field);
    if (!quoted && numbers[field] && isNumber(b, from, to)
        || !quoted && booleans[field] && isBoolean(b, from, to)) {
      bytes(b, from, to);
    } else {
      text(b, from, to);
    }
  }

  private static boolean isBoolean(byte[] b, int from, int to) {
    String word = new String(b, from, Math.min(6, to - from), UTF_8);
    return word.equals("true") || word.equals("false");
  }

  /** True for what JSON calls a number. */
  static boolean isNumber(byte[] b, int from, int to) {
    int p = from < to && b[from] == '-' ? from + 1 : from;
    int digits = digits(b, p, to);
    if (digits == p || digits > p + 1 && b[p] == '0') {
      return false;
    }
    p = digits;
    if (p < to && b[p] == '.') {
      digits = digits(b, p + 1, to);
      if (digits == p + 1) {
        return false;
      }
      p = digits;
    }
    if (p < to && (b[p] == 'e' || b[p] == 'E')) {
      p++;
      if (p < to && (b[p] == '+' || b[p] == '-')) {
        p++;
      }
      digits = digits(b, p, to);
      if (digits == p) {
        return false;
      }
      p = digits;
    }
    return p == to;
  }

  private static int digits(byte[] b, int from, int to) {
    int p = from;
    while (p < to && b[p] >= '0' && b[p] <= '9') {
      p++;
    }
    return p;
  }

  private void text(byte[] b, int from, int to) {
    put('"');
    int plain = from;
    for (int p = from; p < to; p++) {
      byte c = b[p];
      if (c == '"' || c == '\\' || c >= 0 && c < ' ') {
        bytes(b, plain, p);
        escaped(c);
        plain = p + 1;
      }
    }
    bytes(b, plain, to);
    put('"');
  }

  private void escaped(byte c) {
    put('\\');
    switch (c) {
      case '"', '\\' -> put(c);
      case '\n' -> put('n');
      case '\r' -> put('r');
      case '\t' -> put('t');
      default -> {
        put('u');
        put('0');
        put('0');
        put(HEX[c >> 4]);
        put(HEX[c & 15]);
      }
    }
  }

  private void bytes(byte[] b, int from, int to) {
    room(to - from);
    System.arraycopy(b, from, out, length, to - from);
    length += to - from;
  }

  private void put(int b) {
    room(1);
    out[length++] = (byte) b;
  }

  private void room(int more) {
    if (length + more > out.length) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, length + more));
    }
  }
}
