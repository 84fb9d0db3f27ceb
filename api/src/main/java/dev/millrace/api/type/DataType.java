package dev.millrace.api.type;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The type of a column. The names and meanings are DuckDB's; {@link #toString()} prints the type as
 * its SQL writes it, and {@link DataTypeParser#parse} reads that back.
 */
public sealed interface DataType {

  /** True for integers, decimals and floating-point numbers. */
  default boolean isNumber() {
    return this instanceof Decimal || (this instanceof Scalar scalar && scalar.kind.isNumber());
  }

  /** False for NaN and infinities of floating-point numbers; true for any other value. */
  static boolean isFinite(Object value) {
    boolean floating = value instanceof Double || value instanceof Float;
    return !floating || Double.isFinite(((Number) value).doubleValue());
  }

  /** A type without parameters. */
  record Scalar(Kind kind) implements DataType {
    @Override
    public String toString() {
      return kind.sql();
    }
  }

  /**
   * An exact number.
   *
   * @param precision digits in all, 1 to 38
   * @param scale digits after the point, 0 to precision
   */
  record Decimal(int precision, int scale) implements DataType {
    @Override
    public String toString() {
      return "DECIMAL(" + precision + "," + scale + ")";
    }
  }

  /** A list of any length whose elements have one type. */
  record ListOf(DataType element) implements DataType {
    @Override
    public String toString() {
      return element + "[]";
    }
  }

  /** Named fields, in order. */
  record Struct(List<Column> fields) implements DataType {
    /** Copies the list. */
    public Struct {
      fields = List.copyOf(fields);
    }

    @Override
    public String toString() {
      return fields.stream()
          .map(f -> Identifier.quote(f.name()) + " " + f.type())
          .collect(Collectors.joining(", ", "STRUCT(", ")"));
    }
  }

  /** Keys of one type to values of another. */
  record MapOf(DataType key, DataType value) implements DataType {
    @Override
    public String toString() {
      return "MAP(" + key + ", " + value + ")";
    }
  }

  /** One of a fixed list of names. */
  record Enumeration(List<String> values) implements DataType {
    /** Copies the list. */
    public Enumeration {
      values = List.copyOf(values);
    }

    @Override
    public String toString() {
      return values.stream()
          .map(v -> "'" + v.replace("'", "''") + "'")
          .collect(Collectors.joining(", ", "ENUM(", ")"));
    }
  }

  /** The types without parameters, with the Java class that {@link Batch} holds their values in. */
  enum Kind {
    /** {@link Boolean}. */
    BOOLEAN("BOOLEAN"),
    /** {@link Byte}, 8 bits. */
    TINYINT("TINYINT"),
    /** {@link Short}, 16 bits. */
    SMALLINT("SMALLINT"),
    /** {@link Integer}, 32 bits. */
    INTEGER("INTEGER"),
    /** {@link Long}, 64 bits. */
    BIGINT("BIGINT"),
    /** {@link java.math.BigInteger}, 128 bits; sums of integers have this type. */
    HUGEINT("HUGEINT"),
    /** {@link Short}. */
    UTINYINT("UTINYINT"),
    /** {@link Integer}. */
    USMALLINT("USMALLINT"),
    /** {@link Long}. */
    UINTEGER("UINTEGER"),
    /** {@link java.math.BigInteger}. */
    UBIGINT("UBIGINT"),
    /** {@link java.math.BigInteger}. */
    UHUGEINT("UHUGEINT"),
    /** {@link Float}. */
    FLOAT("FLOAT"),
    /** {@link Double}. */
    DOUBLE("DOUBLE"),
    /** {@link String}. */
    VARCHAR("VARCHAR"),
    /** {@code byte[]}. */
    BLOB("BLOB"),
    /** {@link java.time.LocalDate}. */
    DATE("DATE"),
    /** {@link java.time.LocalTime}, microseconds. */
    TIME("TIME"),
    /** {@link java.time.LocalDateTime}, microseconds, no zone. */
    TIMESTAMP("TIMESTAMP"),
    /** {@link java.time.Instant}, microseconds; event time has this type. */
    TIMESTAMPTZ("TIMESTAMP WITH TIME ZONE"),
    /** {@link String} as DuckDB prints it, such as {@code 1 day 02:00:00}. */
    INTERVAL("INTERVAL"),
    /** {@link java.util.UUID}. */
    UUID("UUID"),
    /** {@link String} that holds a JSON text. */
    JSON("JSON");

    private final String sql;

    Kind(String sql) {
      this.sql = sql;
    }

    /** The type as DuckDB prints it. */
    public String sql() {
      return sql;
    }

    private boolean isNumber() {
      return switch (this) {
        case TINYINT,
            SMALLINT,
            INTEGER,
            BIGINT,
            HUGEINT,
            UTINYINT,
            USMALLINT,
            UINTEGER,
            UBIGINT,
            UHUGEINT,
            FLOAT,
            DOUBLE ->
            true;
        default -> false;
      };
    }
  }
}
