package dev.millrace.api.type;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a type as DuckDB's SQL writes it, aliases included: {@code STRUCT(a INTEGER, b VARCHAR[])}.
 */
public final class DataTypeParser {
  private static final Map<String, DataType.Kind> ALIASES =
      Map.ofEntries(
          Map.entry("BOOL", DataType.Kind.BOOLEAN),
          Map.entry("LOGICAL", DataType.Kind.BOOLEAN),
          Map.entry("INT1", DataType.Kind.TINYINT),
          Map.entry("INT2", DataType.Kind.SMALLINT),
          Map.entry("SHORT", DataType.Kind.SMALLINT),
          Map.entry("INT", DataType.Kind.INTEGER),
          Map.entry("INT4", DataType.Kind.INTEGER),
          Map.entry("SIGNED", DataType.Kind.INTEGER),
          Map.entry("INT8", DataType.Kind.BIGINT),
          Map.entry("LONG", DataType.Kind.BIGINT),
          Map.entry("FLOAT4", DataType.Kind.FLOAT),
          Map.entry("REAL", DataType.Kind.FLOAT),
          Map.entry("FLOAT8", DataType.Kind.DOUBLE),
          Map.entry("DOUBLE PRECISION", DataType.Kind.DOUBLE),
          Map.entry("STRING", DataType.Kind.VARCHAR),
          Map.entry("TEXT", DataType.Kind.VARCHAR),
          Map.entry("CHAR", DataType.Kind.VARCHAR),
          Map.entry("BPCHAR", DataType.Kind.VARCHAR),
          Map.entry("BYTEA", DataType.Kind.BLOB),
          Map.entry("BINARY", DataType.Kind.BLOB),
          Map.entry("VARBINARY", DataType.Kind.BLOB),
          Map.entry("DATETIME", DataType.Kind.TIMESTAMP),
          Map.entry("TIMESTAMP WITHOUT TIME ZONE", DataType.Kind.TIMESTAMP),
          Map.entry("TIMESTAMPTZ", DataType.Kind.TIMESTAMPTZ));

  private final String text;
  private int at;

  private DataTypeParser(String text) {
    this.text = text;
  }

  /** The type that the text writes, or empty if it is not a type that Millrace knows. */
  public static Optional<DataType> parse(String text) {
    DataTypeParser parser = new DataTypeParser(text);
    try {
      DataType type = parser.type();
      parser.space();
      return parser.at == text.length() ? Optional.of(type) : Optional.empty();
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private DataType type() {
    String word = words();
    DataType type =
        switch (word) {
          case "DECIMAL", "NUMERIC", "DEC" -> decimal();
          case "STRUCT", "ROW" -> struct();
          case "MAP" -> map();
          case "ENUM" -> enumeration();
          default -> scalar(word);
        };
    while (peek('[')) {
      expect(']');
      type = new DataType.ListOf(type);
    }
    return type;
  }

  private DataType scalar(String word) {
    if (word.equals("VARCHAR") && peek('(')) {
      number();
      expect(')');
    }
    DataType.Kind alias = ALIASES.get(word);
    if (alias != null) {
      return new DataType.Scalar(alias);
    }
    for (DataType.Kind kind : DataType.Kind.values()) {
      if (kind.sql().equals(word)) {
        return new DataType.Scalar(kind);
      }
    }
    throw new IllegalArgumentException(word);
  }

  private DataType decimal() {
    int precision = 18;
    int scale = 3;
    if (peek('(')) {
      precision = number();
      scale = peek(',') ? number() : 0;
      expect(')');
    }
    if (precision < 1 || precision > 38 || scale > precision) {
      throw new IllegalArgumentException("DECIMAL");
    }
    return new DataType.Decimal(precision, scale);
  }

  private DataType struct() {
    expect('(');
    List<Column> fields = new ArrayList<>();
    do {
      fields.add(new Column(name(), type()));
    } while (peek(','));
    expect(')');
    return new DataType.Struct(fields);
  }

  private DataType map() {
    expect('(');
    DataType key = type();
    expect(',');
    DataType value = type();
    expect(')');
    return new DataType.MapOf(key, value);
  }

  private DataType enumeration() {
    expect('(');
    List<String> values = new ArrayList<>();
    do {
      space();
      values.add(quoted('\''));
    } while (peek(','));
    expect(')');
    return new DataType.Enumeration(values);
  }

  /** One word, or the several words of the types whose names have them. */
  private String words() {
    String word = word();
    String more =
        switch (word) {
          case "DOUBLE" -> "PRECISION";
          case "TIMESTAMP" -> "WITH TIME ZONE";
          default -> "";
        };
    if (word.equals("TIMESTAMP") && follows("WITHOUT TIME ZONE")) {
      return word;
    }
    return !more.isEmpty() && follows(more) ? word + " " + more : word;
  }

  private boolean follows(String words) {
    int start = at;
    for (String expected : words.split(" ")) {
      space();
      if (at >= text.length() || !Character.isLetter(text.charAt(at)) || !word().equals(expected)) {
        at = start;
        return false;
      }
    }
    return true;
  }

  private String word() {
    space();
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    if (start == at) {
      throw new IllegalArgumentException("type expected");
    }
    return text.substring(start, at).toUpperCase(Locale.ROOT);
  }

  private String name() {
    space();
    if (text.charAt(at) == '"') {
      return quoted('"');
    }
    int start = at;
    word();
    return text.substring(start, at);
  }

  private String quoted(char quote) {
    if (text.charAt(at) != quote) {
      throw new IllegalArgumentException("quote expected");
    }
    StringBuilder value = new StringBuilder();
    for (at++; ; at++) {
      char c = text.charAt(at);
      if (c != quote) {
        value.append(c);
      } else if (at + 1 < text.length() && text.charAt(at + 1) == quote) {
        value.append(quote);
        at++;
      } else {
        at++;
        return value.toString();
      }
    }
  }

  private int number() {
    space();
    int start = at;
    while (at < text.length() && Character.isDigit(text.charAt(at))) {
      at++;
    }
    return Integer.parseInt(text.substring(start, at));
  }

  private boolean peek(char c) {
    space();
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char c) {
    if (!peek(c)) {
      throw new IllegalArgumentException("expected " + c);
    }
  }

  private void space() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }
}
