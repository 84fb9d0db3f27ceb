package dev.millrace.lake;

import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.TableFiles;
import dev.millrace.api.table.TableFiles.TableFile;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * The files of one version of a table, by the path at which DuckDB finds them once they are
 * fetched.
 *
 * @param version the snapshot; null for a table without one
 * @param schema Iceberg's schema of that version
 */
record FileList(
    @Nullable Long version,
    org.apache.iceberg.Schema schema,
    Map<String, DataFile> byPath,
    Map<Integer, PartitionSpec> specs,
    LakeFiles lake) {

  static FileList of(IcebergTable target, @Nullable Long version) {
    String name = target.name();
    Table table = target.table();
    LakeFiles lake = target.lake();
    TreeMap<String, DataFile> byPath = new TreeMap<>();
    TableScan scan = table.newScan();
    if (version != null) {
      scan = scan.useSnapshot(version);
      try (CloseableIterable<FileScanTask> tasks = scan.planFiles()) {
        for (FileScanTask task : tasks) {
          if (!task.deletes().isEmpty() || task.file().format() != FileFormat.PARQUET) {
            throw LakeFailure.stop(
                LakeError.LAKE_TABLE_UNREADABLE,
                "table `%s` has deletes beside its files, or files that are not Parquet, such as %s"
                    .formatted(name, task.file().location()),
                "let the engine that wrote them rewrite its data files");
          }
          byPath.put(lake.local(task.file().location()).toString(), task.file());
        }
      } catch (IOException e) {
        throw new RuntimeIOException(e, "the files of %s cannot be listed", name);
      }
    }
    return new FileList(version, scan.schema(), byPath, table.specs(), lake);
  }

  /** The same files, read with the columns of another version of the schema. */
  FileList with(org.apache.iceberg.Schema other) {
    return new FileList(version, other, byPath, specs, lake);
  }

  /** As engines see it. */
  TableFiles files() {
    Schema columns = LakeTypes.columns(schema).orElseThrow();
    List<TableFile> files =
        byPath.entrySet().stream()
            .map(
                e ->
                    new TableFile(
                        e.getKey(),
                        e.getValue().recordCount(),
                        e.getValue().fileSizeInBytes(),
                        partition(e.getValue())))
            .sorted(Comparator.comparing(TableFile::path))
            .toList();
    return new TableFiles(version, columns, files, relation(byPath.keySet(), null));
  }

  private Map<String, String> partition(DataFile file) {
    PartitionSpec spec = Objects.requireNonNull(specs.get(file.specId()));
    Optional<List<PartitionField>> fields = Partitioning.fields(spec);
    Map<String, String> texts = new LinkedHashMap<>();
    for (int i = 0; i < spec.fields().size(); i++) {
      org.apache.iceberg.PartitionField field = spec.fields().get(i);
      int position = i;
      texts.put(
          fields.map(f -> f.get(position).toString()).orElse(field.name()),
          human(spec, i, file.partition().get(i, Object.class)));
    }
    return texts;
  }

  @SuppressWarnings("unchecked")
  private static String human(PartitionSpec spec, int field, @Nullable Object value) {
    org.apache.iceberg.transforms.Transform<Object, Object> transform =
        (org.apache.iceberg.transforms.Transform<Object, Object>)
            spec.fields().get(field).transform();
    return transform.toHumanString(spec.partitionType().fields().get(field).type(), value);
  }

  /**
   * What to write behind FROM to read some of the files, which are fetched.
   *
   * @param fileColumn the name of a column with the path of each row's file; null for none
   */
  String relation(Collection<String> paths, @Nullable String fileColumn) {
    if (paths.isEmpty()) {
      String nulls =
          LakeTypes.columns(schema).orElseThrow().columns().stream()
              .map(c -> "NULL::" + c.type() + " AS " + Identifier.quote(c.name()))
              .collect(Collectors.joining(", "));
      String file = fileColumn == null ? "" : ", '' AS " + Identifier.quote(fileColumn);
      return "(SELECT " + nulls + file + " WHERE false)";
    }
    lake.fetch(paths.stream().map(p -> Objects.requireNonNull(byPath.get(p))).toList());
    return "read_parquet(%s, schema = %s, hive_partitioning = false%s)"
        .formatted(
            paths.stream().map(Identifier::literal).collect(Collectors.joining(", ", "[", "]")),
            LakeTypes.readSchema(schema),
            fileColumn == null ? "" : ", filename = " + Identifier.literal(fileColumn));
  }
}
