package dev.millrace.engine.export;

import dev.millrace.api.error.Suggestion;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.table.HiveField;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.type.Identifier;
import dev.millrace.dbt.adapter.ExportRequest;
import dev.millrace.dbt.adapter.ExportResult;
import dev.millrace.engine.lake.Lake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes one table of the store, or of the lake, as plain Parquet files. All of it is one statement
 * over one state of the table; then each partition takes its place.
 */
public final class TableExport {
  private static final String LEVEL = "_millrace_level_";

  /** Schemas of the store that are nobody's tables. */
  private static final Set<String> INNER = Set.of("published", "state", "outbox", "progress");

  private final Connection connection;
  private final Optional<Lake> lake;
  private final StatementWatch watch;

  /** Is told of a statement before it runs, so that somebody else can cancel it. */
  @FunctionalInterface
  public interface StatementWatch {
    /** Gives the statement back, or throws if the work was cancelled. */
    Statement watched(Statement statement) throws SQLException;
  }

  /**
   * An export.
   *
   * @param connection to the store
   * @param lake of the target, for tables that the store has not
   */
  public TableExport(Connection connection, Optional<Lake> lake, StatementWatch watch) {
    this.connection = connection;
    this.lake = lake;
    this.watch = watch;
  }

  /**
   * Does it.
   *
   * @throws dev.millrace.api.error.StopException if a person has to change something
   */
  public ExportResult run(ExportRequest request) throws SQLException {
    List<HiveField> fields = request.partitioning();
    List<List<@Nullable String>> only = new ArrayList<>();
    for (String partition : request.only()) {
      only.add(HivePath.parse(fields, partition));
    }
    String relation = relation(request.table());
    ExportColumns columns = ExportColumns.of(connection, relation, fields);
    try (PartitionFolders folders = PartitionFolders.open(request.folder(), fields)) {
      List<Written> files = write(folders.written(), relation, columns, fields, only);
      FaultPoint.pass("export-written");
      Set<String> partitions = new LinkedHashSet<>();
      for (Written file : files) {
        folders.add(file.path(), file.partition());
        partitions.add(file.partition());
      }
      for (String partition : partitions) {
        folders.place(partition);
      }
      int removed = 0;
      for (Path there : folders.partitions()) {
        if (!partitions.contains(there.toString()) && isMeant(there.toString(), fields, only)) {
          folders.remove(there);
          removed++;
        }
      }
      return new ExportResult(
          files.stream().mapToLong(Written::rows).sum(), partitions.size(), removed);
    } catch (IOException e) {
      throw ExportError.failed(request.folder(), e);
    }
  }

  private static boolean isMeant(
      String partition, List<HiveField> fields, List<List<@Nullable String>> only) {
    return only.isEmpty()
        || only.stream()
            .map(values -> HivePath.of(fields.subList(0, values.size()), values))
            .anyMatch(path -> (partition + "/").startsWith(path + "/"));
  }

  /** One file that DuckDB wrote. */
  private record Written(Path path, String partition, long rows) {}

  private List<Written> write(
      Path to,
      String relation,
      ExportColumns columns,
      List<HiveField> fields,
      List<List<@Nullable String>> only)
      throws SQLException, IOException {
    Files.createDirectories(to);
    String source = "SELECT " + columns.select();
    for (int i = 0; i < fields.size(); i++) {
      // Whether there is a value comes first, so that no value is taken for another.
      source += ", coalesce('v' || %s, 'n') AS %s".formatted(columns.text(i), LEVEL + i);
    }
    source += " FROM " + relation + condition(columns, only);
    String parted =
        fields.isEmpty()
            ? "FILE_SIZE_BYTES " + (128L << 20)
            : IntStream.range(0, fields.size())
                .mapToObj(i -> LEVEL + i)
                .collect(Collectors.joining(", ", "PARTITION_BY (", ")"));
    String copy =
        "COPY (%s) TO %s (FORMAT parquet, COMPRESSION zstd, %s, FILENAME_PATTERN 'part-{uuid}', APPEND, RETURN_STATS)"
            .formatted(source, Identifier.literal(to.toString()), parted);
    List<Written> written = new ArrayList<>();
    try (Statement statement = watch.watched(connection.createStatement());
        ResultSet row = statement.executeQuery(copy)) {
      while (row.next()) {
        Map<?, ?> keys = (Map<?, ?>) row.getObject("partition_keys");
        List<@Nullable String> values = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
          String text = String.valueOf(keys.get(LEVEL + i));
          values.add(text.startsWith("v") ? text.substring(1) : null);
        }
        written.add(
            new Written(
                Path.of(row.getString("filename")),
                HivePath.of(fields, values),
                row.getLong("count")));
      }
    }
    return written;
  }

  private static String condition(ExportColumns columns, List<List<@Nullable String>> only) {
    if (only.isEmpty()) {
      return "";
    }
    return only.stream()
        .map(
            values ->
                IntStream.range(0, values.size())
                    .mapToObj(
                        i -> {
                          String value = values.get(i);
                          return columns.text(i)
                              + (value == null ? " IS NULL" : " = " + Identifier.literal(value));
                        })
                    .collect(Collectors.joining(" AND ", "(", ")")))
        .collect(Collectors.joining(" OR ", " WHERE ", ""));
  }

  /** What stands behind FROM to read a table. */
  private String relation(String table) throws SQLException {
    int dot = table.indexOf('.');
    String schema = dot < 0 ? "main" : table.substring(0, dot);
    String name = table.substring(dot + 1);
    List<String> known = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'store'"
                    + " UNION ALL SELECT schema_name, view_name FROM duckdb_views()"
                    + " WHERE database_name = 'store' AND NOT internal")) {
      while (row.next()) {
        String foundSchema = row.getString(1);
        String foundName = row.getString(2);
        if (INNER.contains(foundSchema)) {
          continue;
        }
        if (foundSchema.equalsIgnoreCase(schema) && foundName.equalsIgnoreCase(name)) {
          return "store." + Identifier.quote(foundSchema) + "." + Identifier.quote(foundName);
        }
        known.add((foundSchema.equals("main") ? "" : foundSchema + ".") + foundName);
      }
    }
    if (lake.isPresent()) {
      Optional<StoredTable> found = lake.get().store().find(table);
      if (found.isPresent()) {
        return found.get().files().relation();
      }
      known.addAll(lake.get().store().names());
    }
    String hint = Suggestion.didYouMean(table, known);
    throw ExportError.EXPORT_TABLE.stop(
        "there is no table `" + table + "`" + (lake.isPresent() ? ", nor in the lake" : ""),
        hint != null ? hint : "name a model, a seed, a stream or a table of the lake");
  }
}
