package dev.millrace.engine.store;

import dev.millrace.api.type.DataType;
import java.util.Optional;

/**
 * How values of a type cross between the heap and DuckDB's vectors: as one of four kinds that both
 * sides can copy fast, with SQL that turns a value into it and back without loss. Lists, structs
 * and maps have none.
 */
public final class Wire {
  private static final String INFINITE = "9223372036854775807";

  private final DataType type;
  private final Kind kind;

  /** What is in the heap. */
  public enum Kind {
    /** 64 bits. */
    LONG,
    /** 64 bits. */
    DOUBLE,
    /** 0 or 1. */
    BOOLEAN,
    /** UTF-8. */
    TEXT
  }

  private Wire(DataType type, Kind kind) {
    this.type = type;
    this.kind = kind;
  }

  /** The wire of a type; empty if it has none. */
  public static Optional<Wire> of(DataType type) {
    if (type instanceof DataType.Decimal decimal) {
      return Optional.of(new Wire(type, decimal.precision() <= 18 ? Kind.LONG : Kind.TEXT));
    } else if (type instanceof DataType.Enumeration) {
      return Optional.of(new Wire(type, Kind.TEXT));
    } else if (type instanceof DataType.Scalar scalar) {
      return Optional.of(new Wire(type, kind(scalar.kind())));
    }
    return Optional.empty();
  }

  private static Kind kind(DataType.Kind kind) {
    return switch (kind) {
      case TINYINT, SMALLINT, INTEGER, BIGINT, UTINYINT, USMALLINT, UINTEGER, DATE, TIMESTAMPTZ ->
          Kind.LONG;
      case FLOAT, DOUBLE -> Kind.DOUBLE;
      case BOOLEAN -> Kind.BOOLEAN;
      default -> Kind.TEXT;
    };
  }

  /** What the heap holds. */
  public Kind kind() {
    return kind;
  }

  /** SQL of the wire's value of an expression of the type. */
  public String out(String value) {
    if (type instanceof DataType.Decimal decimal && kind == Kind.LONG) {
      return decimal.scale() == 0
          ? value + "::BIGINT"
          : "("
              + value
              + "::DECIMAL(38,"
              + decimal.scale()
              + ") * "
              + unit(decimal.scale())
              + ")::BIGINT";
    }
    if (is(DataType.Kind.TIMESTAMPTZ)) {
      return finite(value, "epoch_us(" + value + ")");
    }
    if (is(DataType.Kind.DATE)) {
      return finite(value, "(" + value + " - '1970-01-01'::DATE)::BIGINT");
    }
    return switch (kind) {
      case LONG -> value + "::BIGINT";
      case DOUBLE -> value + "::DOUBLE";
      case BOOLEAN -> value;
      case TEXT -> value + "::VARCHAR";
    };
  }

  /** The bits of a double that DuckDB has written as text. */
  static long doubleBits(String text) {
    double value =
        switch (text) {
          case "nan", "-nan" -> Double.NaN;
          case "inf" -> Double.POSITIVE_INFINITY;
          case "-inf" -> Double.NEGATIVE_INFINITY;
          default -> Double.parseDouble(text);
        };
    return Double.doubleToRawLongBits(value);
  }

  /** SQL of the type's value of a column that holds the wire's. */
  public String in(String value) {
    if (type instanceof DataType.Decimal decimal && kind == Kind.LONG) {
      // A product of decimals is exact, and dividing would go through doubles.
      return decimal.scale() == 0
          ? value + "::" + type
          : "("
              + value
              + "::DECIMAL(18,0) * 0."
              + "0".repeat(decimal.scale() - 1)
              + "1::DECIMAL("
              + (decimal.scale() + 1)
              + ","
              + decimal.scale()
              + "))::"
              + type;
    }
    if (is(DataType.Kind.TIMESTAMPTZ)) {
      return infinite(value, "make_timestamptz(" + value + ")");
    }
    if (is(DataType.Kind.DATE)) {
      return infinite(value, "('1970-01-01'::DATE + " + value + "::INTEGER)");
    }
    return is(DataType.Kind.BIGINT)
            || is(DataType.Kind.DOUBLE)
            || is(DataType.Kind.VARCHAR)
            || is(DataType.Kind.BOOLEAN)
        ? value
        : value + "::" + type;
  }

  /** SQL of a number for a time, which may be infinite. */
  private String finite(String value, String number) {
    return "CASE WHEN isfinite("
        + value
        + ") THEN "
        + number
        + " WHEN "
        + value
        + " > '1970-01-01'::"
        + type
        + " THEN "
        + INFINITE
        + " WHEN "
        + value
        + " IS NOT NULL THEN -"
        + INFINITE
        + " END";
  }

  private String infinite(String value, String finite) {
    return "CASE "
        + value
        + " WHEN "
        + INFINITE
        + " THEN 'infinity'::"
        + type
        + " WHEN -"
        + INFINITE
        + " THEN '-infinity'::"
        + type
        + " ELSE "
        + finite
        + " END";
  }

  private static String unit(int scale) {
    return "1" + "0".repeat(scale) + "::DECIMAL(" + (scale + 1) + ",0)";
  }

  private boolean is(DataType.Kind wanted) {
    return type instanceof DataType.Scalar scalar && scalar.kind() == wanted;
  }
}
