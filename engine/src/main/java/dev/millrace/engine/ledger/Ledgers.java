package dev.millrace.engine.ledger;

import dev.millrace.api.connect.SourceConnector;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Transaction;
import dev.millrace.log.Cluster;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ledgers of a project's sources, which show in tables of schema {@code system} as their
 * connectors declare it. Thread-safe.
 */
public final class Ledgers implements AutoCloseable {
  private final String project;
  private final Map<String, SourceConnector> sources;
  private final Store store;
  private final List<LedgerFollower> followers = new ArrayList<>();

  /**
   * Ledgers that are not followed yet.
   *
   * @param sources the connector of each source; those without a ledger do not count
   */
  public Ledgers(String project, Map<String, SourceConnector> sources, Store store) {
    this.project = project;
    this.sources = new TreeMap<>(sources);
    this.sources.values().removeIf(c -> c.ledger().isEmpty());
    this.store = store;
  }

  /**
   * Makes the tables of these connectors where they are missing or had other columns, and removes
   * what is there of sources that are not in the project any more.
   */
  public void prepare(Transaction transaction, Collection<SourceConnector> connectors)
      throws SQLException {
    LedgerRows.prepare(transaction, connectors, sources);
  }

  /**
   * Begins to follow them. Called once, when Kafka runs.
   *
   * @param committed called after each transaction, on a thread that it must not keep
   */
  public synchronized void start(Cluster cluster, Runnable committed) {
    sources.forEach(
        (source, connector) ->
            followers.add(
                new LedgerFollower(
                    project, source, connector.ledger().orElseThrow(), store, cluster, committed)));
    followers.forEach(LedgerFollower::start);
  }

  /**
   * Reads what is in the ledgers by now, of sources that do not run.
   *
   * @throws dev.millrace.api.error.RetryException if Kafka does not answer, or it takes too long
   */
  public void catchUp(Cluster cluster) throws SQLException {
    for (Map.Entry<String, SourceConnector> source : sources.entrySet()) {
      new LedgerFollower(
              project,
              source.getKey(),
              source.getValue().ledger().orElseThrow(),
              store,
              cluster,
              () -> {})
          .catchUp();
    }
  }

  /** Reads what sources that were stopped have written last, for some seconds at most, and ends. */
  @Override
  public synchronized void close() {
    followers.forEach(LedgerFollower::close);
  }
}
