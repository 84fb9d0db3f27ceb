package dev.millrace.engine.batch;

import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.table.PositionMove;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableFiles;
import dev.millrace.api.table.TableStore;
import dev.millrace.api.table.TableWrite;
import dev.millrace.api.type.Schema;
import dev.millrace.dbt.adapter.LakeSession;
import dev.millrace.dbt.adapter.LakeWrite;
import dev.millrace.dbt.adapter.LakeWrite.Action;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.engine.lake.Lake;
import dev.millrace.engine.lake.LakeViews;
import dev.millrace.sql.gate.TableVersions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session's tables in the lake. Each change is committed there at once; what shows it, a view, is
 * a part of the session's transaction. If that does not come to its end, the view is made anew by
 * itself: then the table is as after the change, without what hooks did.
 */
final class LakeTables implements LakeSession {
  private static final Logger LOG = LoggerFactory.getLogger(LakeTables.class);

  /** As in sinks. */
  private static final long FILE_BYTES = 128L << 20;

  private static final int SMALL_FILES = 8;
  private static final Duration ORPHAN_AGE = Duration.ofDays(1);

  private final Lake lake;
  private final StoreSession session;

  /** Tables that were changed in the open transaction, and how long their versions stay. */
  private final Map<StoredTable, Duration> changed = new LinkedHashMap<>();

  LakeTables(Lake lake, StoreSession session) {
    this.lake = lake;
    this.session = session;
  }

  Lake lake() {
    return lake;
  }

  private static String name(Relation relation) {
    return relation.schema() + "." + relation.identifier();
  }

  @Override
  public boolean has(Relation relation) {
    Optional<StoredTable> table = lake.store().find(name(relation));
    TableFiles files = table.map(StoredTable::files).orElse(null);
    if (files == null || files.version() == null) {
      return false;
    }
    Optional<LakeViews.View> view = view(relation);
    if (view.isEmpty() && session.find(relation).isPresent()) {
      // Something else, which the model replaces.
      return false;
    }
    if (view.isEmpty() || !Objects.equals(view.get().version(), files.version())) {
      show(relation, files);
    }
    return true;
  }

  private Optional<LakeViews.View> view(Relation relation) {
    return session.using(c -> LakeViews.find(c, relation.schema(), relation.identifier()));
  }

  private void show(Relation relation, TableFiles files) {
    session.using(
        c -> {
          LakeViews.replace(c, lake, relation.schema(), relation.identifier(), files);
          return true;
        });
    session.noteWritten(relation);
  }

  @Override
  public long write(LakeWrite write) {
    try (TableVersions.Reading versions = session.versions()) {
      return replaced(
          new LakeWrite(
              write.relation(),
              write.lake(),
              write.action(),
              session.expanded(write.select(), versions),
              write.condition().map(c -> session.expanded(c, versions)),
              write.onSchemaChange()));
    }
  }

  private long replaced(LakeWrite write) {
    Relation relation = write.relation();
    session.guard(relation);
    TableStore store = lake.store();
    Schema columns = session.using(c -> QueryColumns.of(c, write.select()));
    Optional<StoredTable> found = store.find(name(relation));
    if (found.isPresent() && write.action() != Action.OVERWRITE) {
      requireSeen(relation, found.get());
    }
    StoredTable table =
        found.orElseGet(
            () ->
                store.create(
                    name(relation),
                    columns,
                    write.lake().partitioning(),
                    write.lake().location().orElse(null)));
    TableWrite change = new LakeColumns(table.schema(), columns, write).change(found.isPresent());
    long rows = commit(table, change);
    changed.put(table, write.lake().keepVersions());
    FaultPoint.pass("model-lake-committed");
    if (write.action() != Action.OVERWRITE) {
      upkeep(table, () -> session.using(c -> table.compact(c, FILE_BYTES, SMALL_FILES)));
    }
    show(relation, table.files());
    return rows;
  }

  /** The query has read the version that the view shows; it has to be the newest. */
  private void requireSeen(Relation relation, StoredTable table) {
    Long newest = table.files().version();
    if (!Objects.equals(view(relation).map(LakeViews.View::version).orElse(null), newest)) {
      throw new RetryException(
          Problem.error(
              BatchError.LAKE_TABLE_MOVED,
              null,
              "somebody else has changed `" + table.name() + "` in the lake meanwhile",
              "build the project once only"),
          null);
    }
  }

  private long commit(StoredTable table, TableWrite change) {
    @Nullable SinkPosition before = table.position(lake.writer()).orElse(null);
    SinkPosition next =
        new SinkPosition(UUID.randomUUID().toString(), before == null ? 1 : before.sequence() + 1);
    PositionMove move = new PositionMove(lake.writer(), before, next);
    try {
      return session.using(c -> table.write(c, change, move));
    } catch (RetryException e) {
      if (table.position(lake.writer()).filter(next::equals).isEmpty()) {
        throw e;
      }
      // It was committed, and only the answer is missing.
      return -1;
    }
  }

  /** The session's transaction is over; whether it was committed or not. */
  void ended(boolean committed, Connections connections) {
    if (changed.isEmpty()) {
      return;
    }
    Map<StoredTable, Duration> tables = new LinkedHashMap<>(changed);
    changed.clear();
    if (!committed) {
      try (Connection connection = connections.open()) {
        LakeViews.refresh(connection, lake);
      } catch (SQLException e) {
        LOG.warn("views of the lake are behind their tables: {}", e.getMessage());
      }
    }
    tables.forEach(
        (table, keep) ->
            upkeep(
                table,
                () -> {
                  table.expire(Instant.now().minus(keep));
                  table.removeOrphans(ORPHAN_AGE);
                }));
  }

  /** Gives connections to the store. */
  @FunctionalInterface
  interface Connections {
    Connection open() throws SQLException;
  }

  private static void upkeep(StoredTable table, Runnable work) {
    try {
      work.run();
    } catch (StopException | RetryException e) {
      LOG.warn("upkeep of {} waits: {}", table.name(), ((MillraceException) e).getMessage());
    }
  }
}
