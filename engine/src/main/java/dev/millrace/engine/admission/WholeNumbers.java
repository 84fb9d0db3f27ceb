package dev.millrace.engine.admission;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The SQL that keeps fractions out of integers: DuckDB's casts round 3.5 to 4, and nobody would
 * learn of it. {@code 3.0} and {@code 1e2} are whole. {@link FlatJson} takes digits alone, so that
 * every number with a point or an exponent comes here.
 */
final class WholeNumbers {
  private static final Set<Kind> INTEGERS =
      EnumSet.of(
          Kind.TINYINT,
          Kind.SMALLINT,
          Kind.INTEGER,
          Kind.BIGINT,
          Kind.HUGEINT,
          Kind.UTINYINT,
          Kind.USMALLINT,
          Kind.UINTEGER,
          Kind.UBIGINT,
          Kind.UHUGEINT);

  private WholeNumbers() {}

  static boolean isInteger(DataType type) {
    return type instanceof DataType.Scalar scalar && INTEGERS.contains(scalar.kind());
  }

  /**
   * A text as an integer; NULL if it is none or has a fraction. Digits are counted, as no type
   * holds every number: what is left behind the point without zeros at the end must not be longer
   * than the exponent.
   */
  static String cast(String text, DataType type) {
    String digits = "regexp_replace(regexp_replace(" + text + ", '[eE].*', ''), '[^0-9]', '', 'g')";
    String significant = "rtrim(" + digits + ", '0')";
    return "CASE WHEN NOT regexp_matches("
        + text
        + ", '[.eE]') THEN TRY_CAST("
        + text
        + " AS "
        + type
        + ") WHEN "
        + significant
        + " = '' OR length(regexp_extract("
        + text
        + ", '\\.([0-9]*)', 1)) - length("
        + digits
        + ") + length("
        + significant
        + ") <= coalesce(TRY_CAST(regexp_extract("
        + text
        + ", '[eE](.*)', 1) AS INTEGER), 0) THEN TRY_CAST("
        + text
        + " AS "
        + type
        + ") END";
  }

  /**
   * The type with DOUBLE in place of every integer that a value in it may be, in which fractions
   * stay; empty if it has none.
   */
  static Optional<DataType> withFractions(DataType type) {
    DataType changed = doubles(type);
    return changed.equals(type) ? Optional.empty() : Optional.of(changed);
  }

  /** A map's keys are texts in JSON, which DuckDB does not round. */
  private static DataType doubles(DataType type) {
    if (type instanceof DataType.Struct struct) {
      return new DataType.Struct(
          struct.fields().stream().map(f -> new Column(f.name(), doubles(f.type()))).toList());
    }
    if (type instanceof DataType.ListOf list) {
      return new DataType.ListOf(doubles(list.element()));
    }
    if (type instanceof DataType.MapOf map) {
      return new DataType.MapOf(map.key(), doubles(map.value()));
    }
    return isInteger(type) ? new DataType.Scalar(Kind.DOUBLE) : type;
  }
}
