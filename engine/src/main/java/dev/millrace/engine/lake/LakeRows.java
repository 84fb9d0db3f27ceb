package dev.millrace.engine.lake;

import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableStore;
import dev.millrace.api.table.TableVersion;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.RowFunction;
import dev.millrace.engine.store.Rows;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Wire;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * {@code system.lake_tables} and {@code system.lake_versions}: views whose rows are read from the
 * lake whenever they are asked for, since others write it too. Without a lake they have none.
 */
public final class LakeRows implements AutoCloseable {
  /** A column of a view. */
  private record Column(String name, Wire.Kind kind, boolean isTime) {
    static Column text(String name) {
      return new Column(name, Wire.Kind.TEXT, false);
    }

    static Column number(String name) {
      return new Column(name, Wire.Kind.LONG, false);
    }

    static Column time(String name) {
      return new Column(name, Wire.Kind.LONG, true);
    }
  }

  private static final String TABLES = "lake_tables";
  private static final String VERSIONS = "lake_versions";

  private static final List<Column> OF_TABLES =
      List.of(
          Column.text("table_name"),
          Column.text("partitioned_by"),
          Column.number("version"),
          Column.number("snapshot_id"),
          Column.time("committed_at"),
          Column.number("rows"),
          Column.number("files"),
          Column.number("bytes"),
          Column.number("versions"),
          Column.number("oldest_version"),
          Column.time("oldest_at"));

  private static final List<Column> OF_VERSIONS =
      List.of(
          Column.text("table_name"),
          Column.number("version"),
          Column.number("snapshot_id"),
          Column.time("committed_at"),
          Column.text("operation"),
          Column.number("rows"),
          Column.number("files"),
          Column.number("bytes"),
          new Column("is_current", Wire.Kind.BOOLEAN, false));

  private final String epoch;

  private LakeRows(String epoch) {
    this.epoch = epoch;
  }

  /** Has the lake's rows in the store's views, which are made if they are missing. */
  public static LakeRows open(Store store, Lake lake) {
    String epoch = store.epoch();
    try (Connection connection = store.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA IF NOT EXISTS store.system");
      statement.execute(view(TABLES, epoch, OF_TABLES));
      statement.execute(view(VERSIONS, epoch, OF_VERSIONS));
    } catch (SQLException e) {
      throw Store.retry(e);
    }
    RowFunction.know(
        name(TABLES, epoch),
        new LakeProvider(OF_TABLES, () -> rows(lake.store(), LakeRows::ofTable)));
    RowFunction.know(
        name(VERSIONS, epoch),
        new LakeProvider(OF_VERSIONS, () -> rows(lake.store(), LakeRows::ofVersions)));
    return new LakeRows(epoch);
  }

  private static String name(String view, String epoch) {
    return view + ":" + epoch;
  }

  private static String view(String view, String epoch, List<Column> columns) {
    return IntStream.range(0, columns.size())
        .mapToObj(
            i ->
                (columns.get(i).isTime() ? "make_timestamptz(c" + i + ")" : "c" + i)
                    + " AS "
                    + Identifier.quote(columns.get(i).name()))
        .collect(
            Collectors.joining(
                ", ",
                "CREATE VIEW IF NOT EXISTS store.system." + view + " AS SELECT ",
                " FROM " + RowFunction.knownSql(name(view, epoch), kinds(columns))));
  }

  private static List<Wire.Kind> kinds(List<Column> columns) {
    return columns.stream().map(Column::kind).toList();
  }

  /** The rows of one table. */
  @FunctionalInterface
  private interface TableRows {
    List<@Nullable Object[]> of(StoredTable table);
  }

  private static List<@Nullable Object[]> rows(TableStore tables, TableRows each) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (String name : tables.names()) {
      // One that was dropped meanwhile is none.
      Optional<StoredTable> table = tables.find(name);
      table.ifPresent(t -> rows.addAll(each.of(t)));
    }
    return rows;
  }

  private static List<@Nullable Object[]> ofTable(StoredTable table) {
    List<TableVersion> versions = table.versions();
    @Nullable TableVersion oldest = versions.isEmpty() ? null : versions.get(0);
    @Nullable TableVersion newest = versions.isEmpty() ? null : versions.get(versions.size() - 1);
    @Nullable Object[] row = {
      table.name(),
      table.partitioning().isEmpty()
          ? null
          : table.partitioning().stream()
              .map(PartitionField::toString)
              .collect(Collectors.joining(", ")),
      number(newest),
      newest == null ? null : (Object) newest.id(),
      newest == null ? null : micros(newest.at()),
      newest == null ? null : newest.rows(),
      newest == null ? null : newest.files(),
      newest == null ? null : newest.bytes(),
      (long) versions.size(),
      number(oldest),
      oldest == null ? null : micros(oldest.at())
    };
    return List.<@Nullable Object[]>of(row);
  }

  private static @Nullable Long number(@Nullable TableVersion version) {
    return version == null || version.number() == 0 ? null : (Long) version.number();
  }

  private static List<@Nullable Object[]> ofVersions(StoredTable table) {
    List<TableVersion> versions = table.versions();
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < versions.size(); i++) {
      TableVersion version = versions.get(i);
      rows.add(
          new @Nullable Object[] {
            table.name(),
            number(version),
            version.id(),
            micros(version.at()),
            version.operation(),
            version.rows(),
            version.files(),
            version.bytes(),
            i == versions.size() - 1
          });
    }
    return rows;
  }

  private static Long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  /** Reads the lake. */
  @FunctionalInterface
  private interface Reading {
    List<@Nullable Object[]> rows();
  }

  private record LakeProvider(List<Column> ofView, Reading reading)
      implements RowFunction.Provider {
    @Override
    public List<Wire.Kind> columns() {
      return kinds(ofView);
    }

    @Override
    public long expected() {
      return 100;
    }

    @Override
    public Rows open() {
      return new HeapRows(reading.rows());
    }
  }

  private record HeapRows(List<@Nullable Object[]> rows) implements Rows {
    @Override
    public int size() {
      return rows.size();
    }

    @Override
    public void fill(int column, int from, int count, DuckDBWritableVector vector) {
      for (int i = 0; i < count; i++) {
        Object value = rows.get(from + i)[column];
        if (value == null) {
          vector.setNull(i);
        } else if (value instanceof Long number) {
          vector.setLong(i, number);
        } else if (value instanceof Boolean flag) {
          vector.setBoolean(i, flag);
        } else {
          vector.setString(i, value.toString());
        }
      }
    }
  }

  /** The views have no rows any more. */
  @Override
  public void close() {
    RowFunction.forget(name(TABLES, epoch));
    RowFunction.forget(name(VERSIONS, epoch));
  }
}
