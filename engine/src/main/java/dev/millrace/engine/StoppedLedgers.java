package dev.millrace.engine;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import dev.millrace.engine.flow.SystemTables;
import dev.millrace.engine.ledger.Ledgers;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.SourceRunner;
import dev.millrace.project.Project;
import dev.millrace.project.SourceSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/**
 * The ledgers of a project's sources while the project does not run: as tables in its store, and
 * what people make of their entries. Kafka runs, and the systems in which others share a ledger.
 * For one thread.
 */
public final class StoppedLedgers implements AutoCloseable {
  private final Project project;
  private final EngineOptions options;
  private final SourceTasks tasks;
  private final Store store;
  private final Ledgers ledgers;

  private StoppedLedgers(Project project, EngineOptions options, Store store) {
    this.project = project;
    this.options = options;
    this.store = store;
    this.tasks = new SourceTasks(project, options, options.systems());
    this.ledgers = new Ledgers(project.name(), tasks.connectors(), store);
  }

  /**
   * Opens the store and brings its tables up to the ledgers.
   *
   * @throws StopException if the store is newer, locked or damaged
   * @throws dev.millrace.api.error.RetryException if Kafka does not answer
   */
  public static StoppedLedgers open(Project project, EngineOptions options) throws SQLException {
    Store store =
        Store.open(
            new StoreOptions(
                    options.folder(), project.timeZone(), options.memoryBytes(), options.threads())
                .with(ProjectFunctions.load(project.folder(), new Problems())));
    StoppedLedgers opened = new StoppedLedgers(project, options, store);
    try {
      try (Writer writer = store.writer()) {
        writer.transact(
            transaction -> {
              SystemTables.create(transaction);
              opened.ledgers.prepare(transaction, options.sources().values());
              return true;
            });
      }
      opened.catchUp();
      return opened;
    } catch (SQLException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** A connection to the store, as {@link Instance#read}. */
  public Connection read() throws SQLException {
    return store.connect();
  }

  /**
   * As {@link Instance#amend}; the tables show it after {@link #catchUp}.
   *
   * @throws StopException if there is no such source
   * @throws dev.millrace.api.error.RetryException if a system does not answer
   */
  public Set<String> amend(String source, LedgerAction action, Set<String> keys) {
    return runner(source).amend(action, keys);
  }

  /**
   * Takes what a source's ledger has for the same things, though its folder, for example, is
   * another one now.
   *
   * @return how many entries it has
   * @throws StopException if there is no such source
   * @throws dev.millrace.api.error.RetryException if a system does not answer
   */
  public int keep(String source) {
    return runner(source).keepLedger();
  }

  private SourceRunner runner(String source) {
    SourceSpec spec =
        project.sources().stream()
            .filter(s -> s.name().equals(source) && s.connector().isPresent())
            .findFirst()
            .orElseThrow(() -> SourceRunners.unknown(source, tasks.connectors().keySet()));
    return SourceRunner.stopped(options.cluster(), tasks.of(spec));
  }

  /**
   * Brings the tables up to what the ledgers have by now.
   *
   * @throws dev.millrace.api.error.RetryException if Kafka does not answer, or it takes too long
   */
  public void catchUp() throws SQLException {
    ledgers.catchUp(options.cluster());
  }

  @Override
  public void close() {
    store.close();
  }
}
