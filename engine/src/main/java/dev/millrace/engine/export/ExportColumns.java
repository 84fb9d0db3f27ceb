package dev.millrace.engine.export;

import dev.millrace.api.table.HiveField;
import dev.millrace.api.table.PartitionField.Transform;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Identifier;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The columns of files, with types that every reader of Parquet knows, and the texts of their
 * partitions.
 */
final class ExportColumns {
  private static final DataType TEXT = new DataType.Scalar(Kind.VARCHAR);
  private static final Set<Kind> TIMES = EnumSet.of(Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ);

  /** Their values have more than one text, or none that readers understand. */
  private static final Set<Kind> NO_FOLDERS =
      EnumSet.of(Kind.FLOAT, Kind.DOUBLE, Kind.BLOB, Kind.INTERVAL, Kind.JSON);

  /** By the name in lower case. */
  private final Map<String, Column> columns = new LinkedHashMap<>();

  private final List<HiveField> fields;

  private ExportColumns(List<HiveField> fields) {
    this.fields = fields;
  }

  /**
   * Reads the columns of a relation.
   *
   * @param relation what stands behind FROM
   * @throws dev.millrace.api.error.StopException if it cannot be parted so
   */
  static ExportColumns of(Connection connection, String relation, List<HiveField> fields)
      throws SQLException {
    ExportColumns made = new ExportColumns(fields);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("DESCRIBE SELECT * FROM " + relation)) {
      while (row.next()) {
        DataType type = DataTypeParser.parse(row.getString(2)).orElse(TEXT);
        Column column = new Column(row.getString(1), type);
        made.columns.put(column.name().toLowerCase(Locale.ROOT), column);
      }
    }
    made.check();
    return made;
  }

  private void check() {
    List<String> names = new ArrayList<>();
    for (HiveField field : fields) {
      String by = field.field().toString();
      Column column = columns.get(lower(field.field().column()));
      if (column == null) {
        throw ExportError.EXPORT_PARTITION.stop(
            "there is no column `" + field.field().column() + "` to partition by",
            "the table has `"
                + String.join("`, `", columns.values().stream().map(Column::name).toList())
                + "`");
      }
      if (!fits(field.field().transform(), column.type())) {
        throw ExportError.EXPORT_PARTITION.stop(
            "folders cannot be made of `" + by + "`: the column is a " + column.type(),
            "partition by a text, a whole number, a date or a boolean, or by year(), month(), day()"
                + " or hour() of a time");
      }
      boolean own = isOwn(field);
      if (names.contains(lower(field.name()))
          || (columns.containsKey(lower(field.name())) && !own)) {
        throw ExportError.EXPORT_PARTITION.stop(
            "`" + field.name() + "` is a column already, so `" + by + "` cannot be called so too",
            "give it another name: `" + field.name() + "_part=" + by + "`");
      }
      names.add(lower(field.name()));
    }
    if (written().isEmpty()) {
      throw ExportError.EXPORT_PARTITION.stop(
          "all columns are in the names of folders, so files would have none",
          "partition by fewer columns");
    }
  }

  private static boolean fits(Transform transform, DataType type) {
    if (!(type instanceof DataType.Scalar scalar)) {
      return transform == Transform.IDENTITY
          && (type instanceof DataType.Enumeration || type instanceof DataType.Decimal);
    }
    return switch (transform) {
      case IDENTITY -> !NO_FOLDERS.contains(scalar.kind());
      case HOUR -> TIMES.contains(scalar.kind()) && scalar.kind() != Kind.DATE;
      default -> TIMES.contains(scalar.kind());
    };
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** A column that is a folder under its own name is not in the files, as Hive has it. */
  private static boolean isOwn(HiveField field) {
    return field.field().transform() == Transform.IDENTITY
        && lower(field.name()).equals(lower(field.field().column()));
  }

  private List<Column> written() {
    List<String> folders =
        fields.stream().filter(ExportColumns::isOwn).map(f -> lower(f.name())).toList();
    return columns.values().stream().filter(c -> !folders.contains(lower(c.name()))).toList();
  }

  /** The columns of the files, as a list behind SELECT. */
  String select() {
    List<String> list = new ArrayList<>();
    for (Column column : written()) {
      String name = Identifier.quote(column.name());
      list.add("CAST(" + name + " AS " + type(column.type()) + ") AS " + name);
    }
    return String.join(", ", list);
  }

  /** An expression for the text of a level of folders, null for {@link HivePath#NONE}. */
  String text(int level) {
    HiveField field = fields.get(level);
    Column column = Optional.ofNullable(columns.get(lower(field.field().column()))).orElseThrow();
    String name = Identifier.quote(column.name());
    // In UTC whatever the session's zone is.
    String time =
        column.type() instanceof DataType.Scalar scalar && scalar.kind() == Kind.TIMESTAMPTZ
            ? "make_timestamp(epoch_us(" + name + "))"
            : name;
    String text =
        switch (field.field().transform()) {
          case YEAR -> "strftime(" + time + ", '%Y')";
          case MONTH -> "strftime(" + time + ", '%Y-%m')";
          case DAY -> "strftime(" + time + ", '%Y-%m-%d')";
          case HOUR -> "strftime(" + time + ", '%Y-%m-%d-%H')";
          default -> "CAST(" + time + " AS VARCHAR)";
        };
    return "nullif(" + text + ", '')";
  }

  /** The type in files. Hive and Spark know no unsigned numbers, UUIDs, times of day, intervals. */
  private static DataType type(DataType type) {
    if (type instanceof DataType.ListOf list) {
      return new DataType.ListOf(type(list.element()));
    } else if (type instanceof DataType.MapOf map) {
      return new DataType.MapOf(type(map.key()), type(map.value()));
    } else if (type instanceof DataType.Struct struct) {
      return new DataType.Struct(
          struct.fields().stream().map(f -> new Column(f.name(), type(f.type()))).toList());
    } else if (type instanceof DataType.Scalar scalar) {
      return switch (scalar.kind()) {
        case UTINYINT -> new DataType.Scalar(Kind.SMALLINT);
        case USMALLINT -> new DataType.Scalar(Kind.INTEGER);
        case UINTEGER -> new DataType.Scalar(Kind.BIGINT);
        case UBIGINT -> new DataType.Decimal(20, 0);
        case HUGEINT, UHUGEINT -> new DataType.Decimal(38, 0);
        case UUID, TIME, INTERVAL, JSON -> TEXT;
        default -> scalar;
      };
    }
    return type instanceof DataType.Enumeration ? TEXT : type;
  }
}
