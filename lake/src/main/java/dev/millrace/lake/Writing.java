package dev.millrace.lake;

import dev.millrace.api.table.PositionMove;
import dev.millrace.api.table.TableWrite;
import dev.millrace.api.table.TableWrite.Mode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.ReplacePartitions;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/** Columns, partitioning and rows of a table as one commit. */
final class Writing {
  private static final String FILE = "_millrace_file";

  private final IcebergTable target;
  private final Connection duckdb;
  private final TableWrite write;

  Writing(IcebergTable target, Connection duckdb, TableWrite write) {
    this.target = target;
    this.duckdb = duckdb;
    this.write = write;
  }

  /** Returns how many rows were written. */
  long run(@Nullable PositionMove move) throws SQLException {
    Transaction change = target.begin(move);
    Snapshot base = target.table().currentSnapshot();
    new Layout(target.name(), write).apply(change);
    Table within = change.table();
    FileList files =
        FileList.of(target, base == null ? null : base.snapshotId()).with(within.schema());
    boolean rewrites = write.mode() == Mode.REPLACE_WHERE && !files.byPath().isEmpty();
    Touched touched = rewrites ? touched(files) : new Touched(List.of(), 0);
    try (StagedFiles staged = target.stage(within, duckdb, rows(files, touched.paths()))) {
      apply(change, base, files, touched.paths(), staged);
      try {
        target.finish(change, move);
      } catch (ValidationException | GuardedOperations.PositionMovedException e) {
        staged.refused();
        throw e;
      }
      return staged.rows() - touched.stay();
    }
  }

  /** Files with rows that go, and how many of their rows stay. */
  private record Touched(List<String> paths, long stay) {}

  private void apply(
      Transaction change,
      @Nullable Snapshot base,
      FileList files,
      List<String> touched,
      StagedFiles staged) {
    Mode mode = write.mode();
    boolean whole = change.table().spec().isUnpartitioned();
    if (mode == Mode.APPEND) {
      if (staged.files() > 0) {
        AppendFiles append = change.newAppend();
        staged.place().forEach(append::appendFile);
        append.commit();
      }
    } else if (mode == Mode.REPLACE_PARTITIONS && !whole) {
      if (staged.files() > 0) {
        ReplacePartitions replace = change.newReplacePartitions();
        staged.place().forEach(replace::addFile);
        replace.commit();
      }
    } else if (mode == Mode.REPLACE_WHERE) {
      if (touched.isEmpty() && staged.files() == 0) {
        return;
      }
      OverwriteFiles overwrite = change.newOverwrite();
      touched.forEach(path -> overwrite.deleteFile(files.byPath().get(path)));
      staged.place().forEach(overwrite::addFile);
      if (base != null) {
        overwrite.validateFromSnapshot(base.snapshotId());
      }
      // Somebody else's new rows may be ones that the condition means.
      overwrite.validateNoConflictingData().validateNoConflictingDeletes().commit();
    } else {
      OverwriteFiles overwrite =
          change.newOverwrite().overwriteByRowFilter(Expressions.alwaysTrue());
      staged.place().forEach(overwrite::addFile);
      overwrite.commit();
    }
  }

  private Touched touched(FileList files) throws SQLException {
    List<String> touched = new ArrayList<>();
    long stay = 0;
    try (Statement statement = duckdb.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT %s, count(*) FROM %s AS old WHERE %s GROUP BY 1 ORDER BY 1"
                    .formatted(
                        FILE, files.relation(files.byPath().keySet(), FILE), write.where()))) {
      while (row.next()) {
        touched.add(row.getString(1));
        stay +=
            Objects.requireNonNull(files.byPath().get(row.getString(1))).recordCount()
                - row.getLong(2);
      }
    }
    return new Touched(touched, stay);
  }

  /** The rows of these files that stay, and those that come. */
  private String rows(FileList files, List<String> touched) {
    String written = LakeTypes.cast(files.schema(), write.select());
    if (touched.isEmpty()) {
      return written;
    }
    String kept =
        "SELECT old.* FROM %s AS old WHERE (%s) IS NOT TRUE"
            .formatted(files.relation(touched, null), write.where());
    return LakeTypes.cast(files.schema(), kept) + " UNION ALL " + written;
  }
}
