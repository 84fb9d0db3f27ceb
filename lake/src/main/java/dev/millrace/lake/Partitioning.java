package dev.millrace.lake;

import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.PartitionField.Transform;
import dev.millrace.api.type.Identifier;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.BucketUtil;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBFunctions;
import org.jspecify.annotations.Nullable;

/**
 * How a table parts its rows, for Iceberg and for DuckDB. DuckDB has to put rows of one partition,
 * and no others, into one file; which partition that is, Iceberg's own transforms then tell from
 * one of its rows.
 */
final class Partitioning {
  private static final String BUCKET_LONG = "millrace_bucket_long";
  private static final String BUCKET_TEXT = "millrace_bucket_text";

  private static final Set<Type.TypeID> TIMES = Set.of(Type.TypeID.TIMESTAMP, Type.TypeID.DATE);
  private static final Set<Type.TypeID> NUMBERS = Set.of(Type.TypeID.INTEGER, Type.TypeID.LONG);

  private Partitioning() {}

  /**
   * Iceberg's form.
   *
   * @throws dev.millrace.api.error.StopException if a field has no such column, or one of another
   *     type
   */
  static PartitionSpec spec(Schema schema, List<PartitionField> fields) {
    PartitionSpec.Builder spec = PartitionSpec.builderFor(schema);
    for (PartitionField field : fields) {
      Optional<String> fault = fault(schema, field);
      if (fault.isPresent()) {
        throw LakeFailure.stop(
            LakeError.LAKE_PARTITION,
            fault.get(),
            "partition by a column, or by day(), hour(), month() or year() of a time, bucket(n, x)"
                + " or truncate(n, x)");
      }
      String column = schema.caseInsensitiveFindField(field.column()).name();
      switch (field.transform()) {
        case IDENTITY -> spec.identity(column);
        case YEAR -> spec.year(column);
        case MONTH -> spec.month(column);
        case DAY -> spec.day(column);
        case HOUR -> spec.hour(column);
        case BUCKET -> spec.bucket(column, field.width());
        case TRUNCATE -> spec.truncate(column, field.width());
      }
    }
    return spec.build();
  }

  /** Why rows cannot be parted so; empty if they can. */
  static Optional<String> fault(Schema schema, PartitionField field) {
    Types.NestedField column = schema.caseInsensitiveFindField(field.column());
    if (column == null) {
      return Optional.of("there is no column `" + field.column() + "` to partition by");
    }
    Type.TypeID type = column.type().typeId();
    boolean fits =
        switch (field.transform()) {
          case YEAR, MONTH, DAY -> TIMES.contains(type);
          case HOUR -> type == Type.TypeID.TIMESTAMP;
          case TRUNCATE -> NUMBERS.contains(type) || type == Type.TypeID.STRING;
          case BUCKET ->
              NUMBERS.contains(type) || TIMES.contains(type) || type == Type.TypeID.STRING;
          case IDENTITY ->
              NUMBERS.contains(type)
                  || TIMES.contains(type)
                  || type == Type.TypeID.STRING
                  || type == Type.TypeID.BOOLEAN;
        };
    return fits
        ? Optional.empty()
        : Optional.of(
            "rows cannot be parted by `%s`: the column is a %s".formatted(field, column.type()));
  }

  /** The fields of a table; empty if another engine has made one that is not known here. */
  static Optional<List<PartitionField>> fields(PartitionSpec spec) {
    List<PartitionField> fields = new ArrayList<>();
    for (org.apache.iceberg.PartitionField field : spec.fields()) {
      Optional<PartitionField> known = field(spec.schema(), field);
      if (known.isEmpty() || fault(spec.schema(), known.get()).isPresent()) {
        return Optional.empty();
      }
      fields.add(known.get());
    }
    return Optional.of(fields);
  }

  private static Optional<PartitionField> field(
      Schema schema, org.apache.iceberg.PartitionField field) {
    String column = schema.findColumnName(field.sourceId());
    String transform = field.transform().toString();
    if (column == null || schema.findField(field.sourceId()).type().isNestedType()) {
      return Optional.empty();
    }
    int bracket = transform.indexOf('[');
    String text =
        bracket < 0
            ? transform + "(" + column + ")"
            : transform.substring(0, bracket)
                + "("
                + transform.substring(bracket + 1, transform.length() - 1)
                + ", "
                + column
                + ")";
    return PartitionField.parse(text);
  }

  /** An expression that is equal for rows of one partition, and different for others. */
  static String groupSql(Schema schema, PartitionField field) {
    Types.NestedField column = schema.caseInsensitiveFindField(field.column());
    Type.TypeID type = column.type().typeId();
    String name = Identifier.quote(column.name());
    boolean text = type == Type.TypeID.STRING;
    // In UTC whatever the session's zone is.
    String time = type == Type.TypeID.DATE ? name : "make_timestamp(epoch_us(" + name + "))";
    return switch (field.transform()) {
      // Folders have the value in their name; a text may be too long for one.
      case IDENTITY -> text ? "md5(" + name + ")" : "CAST(" + number(name, type) + " AS VARCHAR)";
      case YEAR -> "year(" + time + ")";
      case MONTH -> "year(" + time + ") * 12 + month(" + time + ")";
      case DAY -> "CAST(" + time + " AS DATE)";
      case HOUR -> "date_trunc('hour', " + time + ")";
      case TRUNCATE ->
          text
              ? "md5(left(" + name + ", " + field.width() + "))"
              : "%1$s::HUGEINT - ((%1$s::HUGEINT %% %2$d) + %2$d) %% %2$d"
                  .formatted(name, field.width());
      case BUCKET ->
          (text
                  ? BUCKET_TEXT + "(" + name
                  : BUCKET_LONG + "(CAST(" + number(name, type) + " AS BIGINT)")
              + ", CAST("
              + field.width()
              + " AS BIGINT))";
    };
  }

  /** A column's value as Iceberg holds it: times in microseconds and dates in days since 1970. */
  static String valueSql(Types.NestedField column) {
    return number(Identifier.quote(column.name()), column.type().typeId());
  }

  private static String number(String name, Type.TypeID type) {
    return switch (type) {
      case TIMESTAMP -> "epoch_us(" + name + ")";
      case DATE -> "CAST(" + name + " - DATE '1970-01-01' AS INTEGER)";
      default -> name;
    };
  }

  /** Registers the functions of {@link #groupSql} with DuckDB, which keeps them for the process. */
  static void register(Connection duckdb, List<PartitionField> fields) throws SQLException {
    if (fields.stream().noneMatch(f -> f.transform() == Transform.BUCKET)) {
      return;
    }
    synchronized (Partitioning.class) {
      if (!isRegistered(duckdb)) {
        DuckDBFunctions.scalarFunction()
            .withName(BUCKET_LONG)
            .withParameters(DuckDBColumnType.BIGINT, DuckDBColumnType.BIGINT)
            .withReturnType(DuckDBColumnType.BIGINT)
            .withNullInNullOut()
            .withLongFunction((value, width) -> bucket(BucketUtil.hash(value), width))
            .register(duckdb);
        DuckDBFunctions.scalarFunction()
            .withName(BUCKET_TEXT)
            .withParameters(String.class, Long.class)
            .withReturnType(Long.class)
            .withFunction(Partitioning::bucketOfText)
            .register(duckdb);
      }
    }
  }

  private static boolean isRegistered(Connection duckdb) throws SQLException {
    try (Statement statement = duckdb.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM duckdb_functions() WHERE function_name = '"
                    + BUCKET_TEXT
                    + "'")) {
      row.next();
      return row.getLong(1) > 0;
    }
  }

  private static @Nullable Long bucketOfText(@Nullable String value, Long width) {
    return value == null ? null : bucket(BucketUtil.hash((CharSequence) value), width);
  }

  private static long bucket(int hash, long width) {
    return (hash & Integer.MAX_VALUE) % width;
  }
}
