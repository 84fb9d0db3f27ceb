package dev.millrace.lake;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.StagedRows;
import dev.millrace.api.type.Identifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DataFileSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parquet files that DuckDB has written for a table, first in a folder of their own, and in the
 * table's from {@link #place} on.
 */
final class StagedFiles implements StagedRows {
  private static final Logger LOG = LoggerFactory.getLogger(StagedFiles.class);
  private static final String PARTITION = "_millrace_partition_";

  private final Table table;
  private final LakeFiles lake;
  private final Path folder;
  private final List<Written> written = new ArrayList<>();
  private final List<DataFile> placed = new ArrayList<>();
  private boolean tried;

  /** One file that DuckDB wrote, and the values that tell its partition. */
  private record Written(
      Path path, long rows, long bytes, Metrics metrics, PartitionData partition) {}

  private StagedFiles(Table table, LakeFiles lake, Path folder) {
    this.table = table;
    this.lake = lake;
    this.folder = folder;
  }

  /**
   * Writes the rows of a query.
   *
   * @param select a query with the table's columns
   * @param lake where the files come to
   * @param fileBytes how large a file may become, about, where rows are not parted
   */
  static StagedFiles write(
      Table table, Connection duckdb, String select, LakeFiles lake, long fileBytes)
      throws SQLException {
    StagedFiles files =
        new StagedFiles(table, lake, lake.staging().resolve(UUID.randomUUID().toString()));
    boolean done = false;
    try {
      Files.createDirectories(files.folder);
      files.copy(duckdb, select, fileBytes);
      done = true;
      FaultPoint.pass("lake-staged");
      return files;
    } catch (IOException e) {
      throw new RuntimeIOException(e, "%s cannot be made", files.folder);
    } finally {
      if (!done) {
        files.close();
      }
    }
  }

  private void copy(Connection duckdb, String select, long fileBytes) throws SQLException {
    List<PartitionField> fields = Partitioning.fields(table.spec()).orElseThrow();
    Partitioning.register(duckdb, fields);
    Schema schema = table.schema();
    String source = LakeTypes.cast(schema, select);
    String parted = "FILE_SIZE_BYTES " + fileBytes;
    if (!fields.isEmpty()) {
      List<String> names = IntStream.range(0, fields.size()).mapToObj(i -> PARTITION + i).toList();
      source =
          IntStream.range(0, fields.size())
              .mapToObj(i -> Partitioning.groupSql(schema, fields.get(i)) + " AS " + names.get(i))
              .collect(Collectors.joining(", ", "SELECT *, ", " FROM (" + source + ")"));
      parted = "PARTITION_BY (" + String.join(", ", names) + ")";
    }
    String copy =
        "COPY (%s) TO %s (FORMAT parquet, COMPRESSION zstd, %s, FILENAME_PATTERN '{uuid}', APPEND, RETURN_STATS, FIELD_IDS %s)"
            .formatted(
                source,
                Identifier.literal(folder.toString()),
                parted,
                LakeTypes.fieldIds(schema.columns()));
    List<Statistics> all = new ArrayList<>();
    try (Statement statement = duckdb.createStatement();
        ResultSet row = statement.executeQuery(copy)) {
      while (row.next()) {
        Map<?, ?> columns = (Map<?, ?>) row.getObject("column_statistics");
        long rows = row.getLong("count");
        if (rows > 0) {
          all.add(
              new Statistics(
                  Path.of(row.getString("filename")),
                  rows,
                  row.getLong("file_size_bytes"),
                  FileMetrics.of(schema, rows, columns)));
        }
      }
    }
    List<PartitionData> partitions = partitions(duckdb, all);
    for (int i = 0; i < all.size(); i++) {
      Statistics file = all.get(i);
      written.add(
          new Written(file.path(), file.rows(), file.bytes(), file.metrics(), partitions.get(i)));
    }
  }

  private record Statistics(Path path, long rows, long bytes, Metrics metrics) {}

  /** The partition of each file, by one of its rows, since all are of one. */
  private List<PartitionData> partitions(Connection duckdb, List<Statistics> files)
      throws SQLException {
    PartitionSpec spec = table.spec();
    List<PartitionData> partitions = new ArrayList<>();
    for (Statistics file : files) {
      PartitionData partition = new PartitionData(spec.partitionType());
      partitions.add(partition);
      if (spec.isPartitioned()) {
        String columns =
            spec.fields().stream()
                .map(f -> Partitioning.valueSql(table.schema().findField(f.sourceId())))
                .collect(Collectors.joining(", "));
        try (Statement statement = duckdb.createStatement();
            ResultSet row =
                statement.executeQuery(
                    "SELECT %s FROM read_parquet(%s, hive_partitioning = false) LIMIT 1"
                        .formatted(columns, Identifier.literal(file.path().toString())))) {
          row.next();
          for (int i = 0; i < spec.fields().size(); i++) {
            partition.set(i, value(spec, i, row.getObject(i + 1)));
          }
        }
      }
    }
    return partitions;
  }

  private static @Nullable Object value(PartitionSpec spec, int field, @Nullable Object raw) {
    Types.NestedField source = spec.schema().findField(spec.fields().get(field).sourceId());
    return raw == null ? null : transformed(spec, field, source, raw);
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Object transformed(
      PartitionSpec spec, int field, Types.NestedField source, Object raw) {
    org.apache.iceberg.transforms.Transform<Object, Object> transform =
        (org.apache.iceberg.transforms.Transform<Object, Object>)
            spec.fields().get(field).transform();
    return transform.bind(source.type()).apply(raw);
  }

  /**
   * Moves the files to where the table has them, on the disk when this returns, and gives them for
   * a commit. From then on {@link #close} leaves them, unless {@link #refused} says that they are
   * no part of the table.
   */
  Set<DataFile> place() {
    if (placed.size() < written.size()) {
      for (Written file : written) {
        placed.add(place(file));
        FaultPoint.pass("lake-moved");
      }
    }
    tried = true;
    DataFileSet files = DataFileSet.create();
    files.addAll(placed);
    return files;
  }

  private DataFile place(Written file) {
    PartitionSpec spec = table.spec();
    String name = Objects.requireNonNull(file.path().getFileName()).toString();
    String location =
        spec.isPartitioned()
            ? table.locationProvider().newDataLocation(spec, file.partition(), name)
            : table.locationProvider().newDataLocation(name);
    lake.place(file.path(), location);
    DataFiles.Builder builder =
        DataFiles.builder(spec)
            .withPath(location)
            .withFormat(FileFormat.PARQUET)
            .withFileSizeInBytes(file.bytes())
            .withMetrics(file.metrics());
    return (spec.isPartitioned() ? builder.withPartition(file.partition()) : builder).build();
  }

  /** The commit did not happen, for certain. */
  void refused() {
    tried = false;
  }

  @Override
  public long rows() {
    return written.stream().mapToLong(Written::rows).sum();
  }

  @Override
  public long bytes() {
    return written.stream().mapToLong(Written::bytes).sum();
  }

  @Override
  public int files() {
    return written.size();
  }

  @Override
  public void close() {
    try {
      new LocalFileIO().deletePrefix(folder.toString());
      if (!tried) {
        placed.forEach(f -> lake.io().deleteFile(f.location()));
        placed.clear();
      }
    } catch (RuntimeException e) {
      LOG.warn("files that were not committed stay: {}", e.getMessage());
    }
  }
}
