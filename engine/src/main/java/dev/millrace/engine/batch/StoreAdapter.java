package dev.millrace.engine.batch;

import dev.millrace.api.error.RetryException;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.engine.lake.Lake;
import dev.millrace.engine.lake.LakeViews;
import dev.millrace.engine.lookup.LookupTable;
import dev.millrace.engine.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * dbt's models in the store in which streams are, in its schema {@code main} and others of their
 * own. Whatever belongs to Millrace is read-only for them. Thread-safe.
 */
public final class StoreAdapter implements Adapter {
  private final Store store;
  private final BatchLimits limits;
  private final Path folder;
  private final Semaphore running;
  private final Consumer<Set<String>> written;
  private final Optional<Lake> lake;
  private final RelationCache relations = new RelationCache();

  /**
   * An adapter over a store, which the caller closes after its sessions.
   *
   * @param folder of the project, in which files are that SQL names by a relative path
   */
  public StoreAdapter(Store store, BatchLimits limits, Path folder) {
    this(store, limits, folder, tables -> {}, Optional.empty());
  }

  /**
   * As the other, for somebody who wants to know what sessions write.
   *
   * @param written is told after a commit which tables it may have changed, as {@link
   *     LookupTable#written} names them; none if that may be any. From the sessions' threads
   * @param lake of the target, which the caller closes; views of its tables that are behind are
   *     made anew
   */
  public StoreAdapter(
      Store store,
      BatchLimits limits,
      Path folder,
      Consumer<Set<String>> written,
      Optional<Lake> lake) {
    this.lake = lake;
    this.store = store;
    this.limits = limits;
    this.folder = folder.toAbsolutePath().normalize();
    this.written = written;
    this.running = new Semaphore(limits.statements(), true);
    if (limits.alone()) {
      keepOrder();
    }
    lake.ifPresent(this::refreshViews);
  }

  private void refreshViews(Lake lake) {
    try (Connection connection = store.connect()) {
      Set<String> replaced = LakeViews.refresh(connection, lake);
      if (!replaced.isEmpty()) {
        written.accept(replaced);
      }
    } catch (SQLException e) {
      throw Store.retry(e);
    }
  }

  private void keepOrder() {
    try (Connection connection = store.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET GLOBAL preserve_insertion_order = true");
    } catch (SQLException e) {
      throw Store.retry(e);
    }
  }

  @Override
  public String type() {
    return "duckdb";
  }

  /**
   * {@inheritDoc}
   *
   * @throws RetryException if the store cannot be reached now
   */
  @Override
  public AdapterSession open() {
    return new StoreSession(
        store, limits, folder, running, relations, new WrittenTables(written), lake);
  }
}
