package dev.millrace.lake;

import dev.millrace.api.option.Options;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableFiles;
import dev.millrace.testing.OptionValues;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Struct;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A lake in a folder of a test, or with files elsewhere, and its tables as DuckDB reads their
 * files.
 *
 * @param store options of where its files are, if they are elsewhere
 */
record LakeFolder(Path folder, Map<String, String> store) {
  LakeFolder(Path folder) {
    this(folder, Map.of());
  }

  Map<String, String> options() {
    Map<String, String> options = new HashMap<>();
    options.put("warehouse", folder.resolve("warehouse").toString());
    options.put("catalog", "jdbc:sqlite:" + folder.resolve("catalog.db"));
    options.putAll(store);
    return options;
  }

  /** The same with an option changed. */
  LakeFolder with(String option, String value) {
    Map<String, String> changed = new HashMap<>(store);
    changed.put(option, value);
    return new LakeFolder(folder, changed);
  }

  Options system() {
    return OptionValues.of(new LakeConnector().systemOptions(), options());
  }

  IcebergStore open() {
    return IcebergStore.open(system());
  }

  /** All rows of a table, in the order of its columns. */
  List<List<@Nullable Object>> rows(String table) {
    try (IcebergStore store = open()) {
      return rows(store.find(table).orElseThrow().files());
    }
  }

  /** All rows of a version of a table. */
  static List<List<@Nullable Object>> rows(TableFiles files) {
    return query("SELECT * FROM " + files.relation());
  }

  static List<List<@Nullable Object>> query(String sql) {
    try (Connection duckdb = Memory.open();
        Statement statement = duckdb.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          values.add(value(row.getObject(i)));
        }
        rows.add(values);
      }
      return rows;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static @Nullable Object value(@Nullable Object raw) throws SQLException {
    if (raw instanceof Blob blob) {
      return blob.getBytes(1, (int) blob.length());
    } else if (raw instanceof OffsetDateTime time) {
      return time.toInstant();
    } else if (raw instanceof Timestamp time) {
      return time.toLocalDateTime();
    } else if (raw instanceof Array array) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Object element : (Object[]) array.getArray()) {
        values.add(value(element));
      }
      return values;
    } else if (raw instanceof Struct struct) {
      Map<Object, @Nullable Object> values = new LinkedHashMap<>();
      Map<?, ?> fields = ((org.duckdb.DuckDBStruct) struct).getMap();
      for (Map.Entry<?, ?> field : fields.entrySet()) {
        values.put(field.getKey(), value(field.getValue()));
      }
      return values;
    } else if (raw instanceof Map<?, ?> map) {
      Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        values.put(value(entry.getKey()), value(entry.getValue()));
      }
      return values;
    }
    return raw;
  }

  /** Appends the rows of a query. */
  static void append(StoredTable table, String select) {
    try (Connection duckdb = Memory.open();
        var rows = table.stage(duckdb, select)) {
      table.append(rows, null);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
