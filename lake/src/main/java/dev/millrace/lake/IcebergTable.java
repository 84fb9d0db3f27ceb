package dev.millrace.lake;

import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.PinnedFiles;
import dev.millrace.api.table.PositionMove;
import dev.millrace.api.table.SchemaChange;
import dev.millrace.api.table.StagedRows;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableFiles;
import dev.millrace.api.table.TableVersion;
import dev.millrace.api.table.TableWrite;
import dev.millrace.api.type.Schema;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.ReplacePartitions;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/** A table of Iceberg. */
final class IcebergTable implements StoredTable {
  /** How large a file becomes that is written at once, about. */
  private static final long FILE_BYTES = 128L << 20;

  private final String name;
  private final BaseTable table;
  private final LakeFiles lake;
  private final Versions versions;

  IcebergTable(String name, BaseTable table, LakeFiles lake) {
    this.name = name;
    this.table = table;
    this.lake = lake;
    this.versions = new Versions(this);
    if (LakeTypes.columns(table.schema()).isEmpty()
        || Partitioning.fields(table.spec()).isEmpty()) {
      throw LakeFailure.stop(
          LakeError.LAKE_TABLE_UNREADABLE,
          "table `" + name + "` has columns or partitions that are not known here",
          "it was made by another engine: " + table.schema() + ", by " + table.spec());
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Schema schema() {
    return LakeTypes.columns(table.schema()).orElseThrow();
  }

  @Override
  public List<PartitionField> partitioning() {
    return Partitioning.fields(table.spec()).orElseThrow();
  }

  /** Where its files are. */
  LakeFiles lake() {
    return lake;
  }

  /** Iceberg's table. */
  BaseTable table() {
    return table;
  }

  @Override
  public Optional<SinkPosition> position(String writer) {
    return guarded(
        "read a position of",
        () -> {
          table.refresh();
          return GuardedOperations.position(table.operations().current(), writer);
        });
  }

  @Override
  public StagedFiles stage(Connection duckdb, String select) {
    return stage(duckdb, select, FILE_BYTES);
  }

  StagedFiles stage(Connection duckdb, String select, long fileBytes) {
    return stage(table, duckdb, select, fileBytes);
  }

  /** Stages rows for the table as a transaction has it, whose columns may be others. */
  StagedFiles stage(Table within, Connection duckdb, String select) {
    return stage(within, duckdb, select, FILE_BYTES);
  }

  private StagedFiles stage(Table within, Connection duckdb, String select, long fileBytes) {
    try {
      return StagedFiles.write(within, duckdb, select, lake, fileBytes);
    } catch (SQLException e) {
      throw LakeFailure.of(e, "write rows for `" + name + "`");
    } catch (RuntimeException e) {
      throw LakeFailure.of(e, "write rows for `" + name + "`");
    }
  }

  @Override
  public void append(StagedRows rows, @Nullable PositionMove move) {
    commit(
        "append to",
        (StagedFiles) rows,
        move,
        (change, files) -> {
          if (files.files() > 0) {
            AppendFiles append = change.newAppend();
            files.place().forEach(append::appendFile);
            append.commit();
          }
        });
  }

  @Override
  public void replacePartitions(StagedRows rows, @Nullable PositionMove move) {
    commit(
        "replace partitions of",
        (StagedFiles) rows,
        move,
        (change, files) -> {
          ReplacePartitions replace = change.newReplacePartitions();
          files.place().forEach(replace::addFile);
          replace.commit();
        });
  }

  @Override
  public void overwrite(StagedRows rows, @Nullable PositionMove move) {
    commit(
        "overwrite",
        (StagedFiles) rows,
        move,
        (change, files) -> {
          OverwriteFiles overwrite =
              change.newOverwrite().overwriteByRowFilter(Expressions.alwaysTrue());
          files.place().forEach(overwrite::addFile);
          overwrite.commit();
        });
  }

  @Override
  public void merge(
      Connection duckdb, String changes, List<String> key, @Nullable PositionMove move) {
    guarded(
        "merge rows into",
        () -> {
          table.refresh();
          try {
            new Merge(this, duckdb, changes, key).run(move);
          } catch (SQLException e) {
            throw LakeFailure.of(e, "merge rows into `" + name + "`");
          }
          return true;
        });
  }

  /** What a commit does with staged files. */
  interface Change {
    /** Adds operations to the transaction, and commits each of them to it. */
    void apply(Transaction change, StagedFiles files);
  }

  /**
   * Commits a change and the step of a position, both or neither.
   *
   * @param doing a verb and what belongs to it: {@code append to}
   * @param files none where nothing was written
   */
  void commit(String doing, StagedFiles files, @Nullable PositionMove move, Change change) {
    guarded(
        doing,
        () -> {
          try {
            transact(move, transaction -> change.apply(transaction, files));
          } catch (ValidationException | GuardedOperations.PositionMovedException e) {
            files.refused();
            throw e;
          }
          return true;
        });
  }

  /** Commits operations and the step of a position, both or neither; Iceberg's exceptions. */
  void transact(@Nullable PositionMove move, Consumer<Transaction> changes) {
    Transaction transaction = begin(move);
    changes.accept(transaction);
    finish(transaction, move);
  }

  /** Begins a transaction over the newest version; its commit looks at the position. */
  Transaction begin(@Nullable PositionMove move) {
    table.refresh();
    return Transactions.newTransaction(
        table.name(), new GuardedOperations(table.operations(), move), table.reporter());
  }

  /** Commits a transaction with the step of a position; Iceberg's exceptions. */
  void finish(Transaction transaction, @Nullable PositionMove move) {
    if (move != null) {
      UpdateProperties properties = transaction.updateProperties();
      String property = GuardedOperations.property(move.writer());
      SinkPosition next = move.next();
      if (next == null) {
        properties.remove(property).commit();
      } else {
        properties.set(property, GuardedOperations.text(next)).commit();
      }
    }
    transaction.commitTransaction();
    table.refresh();
  }

  @Override
  public long write(Connection duckdb, TableWrite change, @Nullable PositionMove move) {
    return guarded(
        "write",
        () -> {
          try {
            return new Writing(this, duckdb, change).run(move);
          } catch (SQLException e) {
            throw LakeFailure.of(e, "write rows of `" + name + "`");
          }
        });
  }

  @Override
  public TableFiles files() {
    return guarded(
        "read",
        () -> {
          table.refresh();
          Snapshot newest = table.currentSnapshot();
          return FileList.of(this, newest == null ? null : newest.snapshotId()).files();
        });
  }

  @Override
  public TableFiles files(long version) {
    return guarded("read", () -> versions.files(version));
  }

  @Override
  public TableFiles files(Instant at) {
    return guarded("read", () -> versions.files(at));
  }

  @Override
  public PinnedFiles pin(long version) {
    return guarded("read", () -> versions.pin(version));
  }

  @Override
  public PinnedFiles pin(Instant at) {
    return guarded("read", () -> versions.pin(at));
  }

  @Override
  public List<TableVersion> versions() {
    return guarded("read", versions::all);
  }

  @Override
  public void evolve(List<SchemaChange> changes) {
    guarded(
        "change the columns of",
        () -> {
          table.refresh();
          try {
            UpdateSchema update = table.updateSchema().caseSensitive(false);
            changes.forEach(change -> apply(update, change));
            update.commit();
          } catch (IllegalArgumentException e) {
            throw LakeFailure.stop(
                LakeError.LAKE_SCHEMA_CHANGE,
                "the columns of `" + name + "` cannot be changed so: " + e.getMessage(),
                "a type becomes only a wider one; a column that is needed by a partition stays");
          }
          return true;
        });
  }

  private static void apply(UpdateSchema update, SchemaChange change) {
    if (change instanceof SchemaChange.Add add) {
      update.addColumn(add.column().name(), LakeTypes.type(add.column().type()));
    } else if (change instanceof SchemaChange.Widen widen) {
      Type type = LakeTypes.type(widen.type());
      if (type.isNestedType()) {
        throw new IllegalArgumentException("`" + widen.column() + "` cannot become a " + type);
      }
      update.updateColumn(widen.column(), type.asPrimitiveType());
    } else if (change instanceof SchemaChange.Rename rename) {
      update.renameColumn(rename.column(), rename.to());
    } else if (change instanceof SchemaChange.Drop drop) {
      update.deleteColumn(drop.column());
    }
  }

  @Override
  public int compact(Connection duckdb, long targetBytes, int atLeast) {
    return guarded(
        "compact",
        () -> {
          table.refresh();
          return new Compaction(this, duckdb, targetBytes, atLeast).run();
        });
  }

  @Override
  public int expire(Instant before) {
    return guarded("expire versions of", () -> versions.expire(before));
  }

  @Override
  public int removeOrphans(Duration olderThan) {
    return guarded("remove orphans of", () -> new Orphans(table).remove(olderThan));
  }

  private <R> R guarded(String doing, Supplier<R> action) {
    try {
      return action.get();
    } catch (GuardedOperations.PositionMovedException e) {
      throw e.toRetry();
    } catch (RuntimeException e) {
      throw LakeFailure.of(e, doing + " `" + name + "`");
    }
  }
}
