package dev.millrace.connect.jdbc;

import dev.millrace.api.type.DataType;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which type of PostgreSQL holds every value of a type, and which types of a table also do. */
final class PostgresTypes {
  private static final Pattern NUMERIC = Pattern.compile("numeric(?:\\((\\d+),(-?\\d+)\\))?");

  private PostgresTypes() {}

  /** The type of a column that Millrace creates. */
  static String sql(DataType type) {
    if (type instanceof DataType.Scalar scalar) {
      return sql(scalar.kind());
    }
    if (type instanceof DataType.Decimal decimal) {
      return "numeric(%d,%d)".formatted(decimal.precision(), decimal.scale());
    }
    if (type instanceof DataType.Enumeration) {
      return "text";
    }
    if (isArray(type)) {
      return sql(((DataType.ListOf) type).element()) + "[]";
    }
    // PostgreSQL's arrays of arrays must be rectangular, and its composite types need a definition.
    return "jsonb";
  }

  private static String sql(DataType.Kind kind) {
    return switch (kind) {
      case BOOLEAN -> "boolean";
      case TINYINT, UTINYINT, SMALLINT -> "smallint";
      case USMALLINT, INTEGER -> "integer";
      case UINTEGER, BIGINT -> "bigint";
      case UBIGINT -> "numeric(20,0)";
      case HUGEINT, UHUGEINT -> "numeric(39,0)";
      case FLOAT -> "real";
      case DOUBLE -> "double precision";
      case VARCHAR -> "text";
      case BLOB -> "bytea";
      case DATE -> "date";
      case TIME -> "time without time zone";
      case TIMESTAMP -> "timestamp without time zone";
      case TIMESTAMPTZ -> "timestamp with time zone";
      case INTERVAL -> "interval";
      case UUID -> "uuid";
      case JSON -> "jsonb";
    };
  }

  /** True for a list that is an array there: its elements are no lists, structs, maps or JSON. */
  static boolean isArray(DataType type) {
    return type instanceof DataType.ListOf list
        && !(list.element() instanceof DataType.ListOf)
        && !sql(list.element()).equals("jsonb");
  }

  /**
   * True if an existing column holds every value of {@code type}.
   *
   * @param actual the column's type as PostgreSQL's {@code format_type} prints it
   */
  static boolean fits(DataType type, String actual) {
    String created = sql(type);
    if (actual.equals(created)) {
      return true;
    }
    if (isArray(type)) {
      return actual.endsWith("[]")
          && fits(((DataType.ListOf) type).element(), actual.substring(0, actual.length() - 2));
    }
    return switch (created) {
      case "smallint" -> List.of("integer", "bigint").contains(actual) || fitsNumeric(actual, 5, 0);
      case "integer" -> actual.equals("bigint") || fitsNumeric(actual, 10, 0);
      case "bigint" -> fitsNumeric(actual, 19, 0);
      case "numeric(20,0)" -> fitsNumeric(actual, 20, 0);
      case "numeric(39,0)" -> fitsNumeric(actual, 39, 0);
      case "real" -> actual.equals("double precision");
      case "text" -> actual.equals("character varying");
      case "uuid" -> List.of("text", "character varying").contains(actual);
      case "jsonb" -> List.of("json", "text", "character varying").contains(actual);
      default ->
          type instanceof DataType.Decimal decimal
              && fitsNumeric(actual, decimal.precision() - decimal.scale(), decimal.scale());
    };
  }

  private static boolean fitsNumeric(String actual, int whole, int fraction) {
    Matcher matcher = NUMERIC.matcher(actual);
    if (!matcher.matches()) {
      return false;
    }
    if (matcher.group(1) == null) {
      return true;
    }
    int precision = Integer.parseInt(matcher.group(1));
    int scale = Integer.parseInt(matcher.group(2));
    return scale >= fraction && precision - scale >= whole;
  }
}
