package dev.millrace.connect.clickhouse;

import dev.millrace.api.type.DataType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which type of ClickHouse holds the values of a type, and which types of a table also do. */
final class ClickHouseTypes {
  private static final Pattern DECIMAL = Pattern.compile("Decimal\\((\\d+),(\\d+)\\)");
  private static final Pattern TIME = Pattern.compile("DateTime64\\((\\d)(?:,'([^']*)')?\\)");
  private static final Pattern INTEGER = Pattern.compile("(U?)Int(\\d+)");

  /** Types of a table that hold every value of a type, besides itself and wider numbers. */
  private static final Map<String, List<String>> ALSO = new HashMap<>();

  static {
    ALSO.put("Bool", List.of("UInt8"));
    ALSO.put("Float32", List.of("Float64"));
    ALSO.put("UUID", List.of("String"));
    ALSO.put("Date32", List.of("String"));
  }

  private ClickHouseTypes() {}

  /** The type of a column that Millrace creates, or of a part of one. */
  static String sql(DataType type) {
    return isNullable(type) ? nullable(type) : plain(type);
  }

  /** True for the types that can be null in ClickHouse: all but lists, structs and maps. */
  static boolean isNullable(DataType type) {
    return !(type instanceof DataType.ListOf
        || type instanceof DataType.Struct
        || type instanceof DataType.MapOf);
  }

  private static String nullable(DataType type) {
    return type instanceof DataType.Enumeration
        ? "LowCardinality(Nullable(String))"
        : "Nullable(" + plain(type) + ")";
  }

  /** The type without its own null; parts of it may be null. */
  static String plain(DataType type) {
    if (type instanceof DataType.Scalar scalar) {
      return plain(scalar.kind());
    }
    if (type instanceof DataType.Decimal decimal) {
      return "Decimal(%d, %d)".formatted(decimal.precision(), decimal.scale());
    }
    if (type instanceof DataType.ListOf list) {
      return "Array(" + part(list.element()) + ")";
    }
    if (type instanceof DataType.MapOf map) {
      return "Map(" + plain(map.key()) + ", " + part(map.value()) + ")";
    }
    if (type instanceof DataType.Struct struct) {
      return struct.fields().stream()
          .map(f -> Sql.name(f.name()) + " " + part(f.type()))
          .collect(Collectors.joining(", ", "Tuple(", ")"));
    }
    return "String";
  }

  // The type of what is inside of another.
  private static String part(DataType type) {
    return isNullable(type) ? "Nullable(" + plain(type) + ")" : plain(type);
  }

  private static String plain(DataType.Kind kind) {
    return switch (kind) {
      case BOOLEAN -> "Bool";
      case TINYINT -> "Int8";
      case SMALLINT -> "Int16";
      case INTEGER -> "Int32";
      case BIGINT -> "Int64";
      case HUGEINT -> "Int128";
      case UTINYINT -> "UInt8";
      case USMALLINT -> "UInt16";
      case UINTEGER -> "UInt32";
      case UBIGINT -> "UInt64";
      case UHUGEINT -> "UInt128";
      case FLOAT -> "Float32";
      case DOUBLE -> "Float64";
      // ClickHouse's own JSON holds objects only, and its times of day are new.
      case VARCHAR, BLOB, JSON, INTERVAL, TIME -> "String";
      case DATE -> "Date32";
      case TIMESTAMP, TIMESTAMPTZ -> "DateTime64(6, 'UTC')";
      case UUID -> "UUID";
    };
  }

  /** True if a column of the table, as {@code system.columns} tells its type, can be null. */
  static boolean holdsNull(String actual) {
    return actual.startsWith("Nullable(") || actual.startsWith("LowCardinality(Nullable(");
  }

  /** True if an existing column holds every value of {@code type}, nulls aside. */
  static boolean fits(DataType type, String actual) {
    String wanted = normal(plain(type));
    String found = normal(actual);
    if (found.equals(wanted) || ALSO.getOrDefault(wanted, List.of()).contains(found)) {
      return true;
    }
    if (type instanceof DataType.Enumeration) {
      return found.startsWith("Enum");
    }
    if (type instanceof DataType.Decimal decimal) {
      return fitsDecimal(found, decimal.precision() - decimal.scale(), decimal.scale());
    }
    Matcher time = TIME.matcher(found);
    if (wanted.startsWith("DateTime64") && time.matches()) {
      boolean zoned = type.equals(new DataType.Scalar(DataType.Kind.TIMESTAMPTZ));
      return Integer.parseInt(time.group(1)) >= 6 && (zoned || "UTC".equals(time.group(2)));
    }
    Matcher from = INTEGER.matcher(wanted);
    return from.matches() && fitsInteger(found, from);
  }

  private static boolean fitsInteger(String found, Matcher from) {
    boolean unsigned = !from.group(1).isEmpty();
    int bits = Integer.parseInt(from.group(2));
    Matcher to = INTEGER.matcher(found);
    if (to.matches()) {
      boolean toUnsigned = !to.group(1).isEmpty();
      return Integer.parseInt(to.group(2)) > bits && (unsigned || !toUnsigned);
    }
    int digits = (int) Math.ceil((unsigned ? bits : bits - 1) * Math.log10(2));
    return fitsDecimal(found, digits, 0);
  }

  private static boolean fitsDecimal(String found, int whole, int fraction) {
    Matcher decimal = DECIMAL.matcher(found);
    if (!decimal.matches()) {
      return false;
    }
    int precision = Integer.parseInt(decimal.group(1));
    int scale = Integer.parseInt(decimal.group(2));
    return scale >= fraction && precision - scale >= whole;
  }

  /** A type's text without spaces, quotes of names, Nullable and LowCardinality. */
  static String normal(String type) {
    String text = type.replace(" ", "").replace("`", "");
    for (String wrapper : List.of("Nullable(", "LowCardinality(")) {
      for (int at = text.indexOf(wrapper); at >= 0; at = text.indexOf(wrapper)) {
        int open = at + wrapper.length() - 1;
        int close = closing(text, open);
        text = text.substring(0, at) + text.substring(open + 1, close) + text.substring(close + 1);
      }
    }
    return text;
  }

  private static int closing(String text, int open) {
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      if (text.charAt(i) == '(') {
        depth++;
      } else if (text.charAt(i) == ')' && --depth == 0) {
        return i;
      }
    }
    return text.length() - 1;
  }
}
