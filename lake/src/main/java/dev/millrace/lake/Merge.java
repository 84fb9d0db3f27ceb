package dev.millrace.lake;

import dev.millrace.api.table.PositionMove;
import dev.millrace.api.type.Identifier;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * Changes by key as copy on write: the files that hold a row of a changed key are written anew. A
 * reader then needs no deletes, which DuckDB's reader of Parquet does not know.
 */
final class Merge {
  private static final String FILE = "_millrace_file";

  private final IcebergTable target;
  private final Connection duckdb;
  private final String changes;
  private final String sameKey;

  Merge(IcebergTable target, Connection duckdb, String changes, List<String> key) {
    this.target = target;
    this.duckdb = duckdb;
    this.changes = "(" + changes + ")";
    this.sameKey =
        key.stream()
            .map(Identifier::quote)
            .map(k -> "t." + k + " IS NOT DISTINCT FROM c." + k)
            .collect(Collectors.joining(" AND "));
  }

  void run(@Nullable PositionMove move) throws SQLException {
    Snapshot base = target.table().currentSnapshot();
    FileList files = FileList.of(target, base == null ? null : base.snapshotId());
    List<String> touched = touched(files);
    try (StagedFiles staged = target.stage(duckdb, rows(files, touched))) {
      target.commit(
          "merge into",
          staged,
          move,
          (change, rows) -> {
            if (touched.isEmpty() && rows.files() == 0) {
              return;
            }
            OverwriteFiles overwrite = change.newOverwrite();
            touched.forEach(path -> overwrite.deleteFile(files.byPath().get(path)));
            rows.place().forEach(overwrite::addFile);
            if (base != null) {
              overwrite.validateFromSnapshot(base.snapshotId());
            }
            // Rows that somebody else has added meanwhile may have a key that is changed here.
            overwrite.validateNoConflictingData().validateNoConflictingDeletes().commit();
          });
    }
  }

  private List<String> touched(FileList files) throws SQLException {
    List<String> touched = new ArrayList<>();
    if (files.byPath().isEmpty()) {
      return touched;
    }
    try (Statement statement = duckdb.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT DISTINCT %s FROM %s AS t SEMI JOIN %s AS c ON %s ORDER BY 1"
                    .formatted(
                        FILE, files.relation(files.byPath().keySet(), FILE), changes, sameKey))) {
      while (row.next()) {
        touched.add(row.getString(1));
      }
    }
    return touched;
  }

  /** The rows of these files whose keys are not changed, and those that are written. */
  private String rows(FileList files, List<String> touched) {
    String written =
        LakeTypes.cast(target.table().schema(), "SELECT * FROM " + changes + " WHERE _w > 0");
    if (touched.isEmpty()) {
      return written;
    }
    String kept =
        "SELECT t.* FROM %s AS t ANTI JOIN %s AS c ON %s"
            .formatted(files.relation(touched, null), changes, sameKey);
    return LakeTypes.cast(target.table().schema(), kept) + " UNION ALL " + written;
  }
}
