package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of builds that a flow's streams read. For the flow's thread, but for {@link #written}
 * and {@link #isBehind}.
 */
public final class Lookups {
  private static final Logger LOG = LoggerFactory.getLogger(Lookups.class);

  private final List<Lookup> all;

  Lookups(List<Lookup> all) {
    this.all = all;
  }

  /** Each of them. */
  public List<Lookup> all() {
    return all;
  }

  /** Makes the copies. */
  void create(Transaction transaction, StateTables tables) throws SQLException {
    for (Lookup lookup : all) {
      lookup.create(transaction, tables);
    }
  }

  /**
   * Looks at those that builds may have changed.
   *
   * @return why one of them cannot be taken; empty if all can
   */
  Optional<Problem> look(Writer writer) throws SQLException {
    for (Lookup lookup : all) {
      lookup.look(writer);
    }
    return all.stream().flatMap(l -> l.misfit().stream()).findFirst();
  }

  /** A batch that takes what has changed. */
  @FunctionalInterface
  interface Taking {
    /** Runs and commits it. */
    void run() throws SQLException;
  }

  /** Lets a batch take what builds have changed, if they have. */
  void take(Writer writer, Taking batch) throws SQLException {
    look(writer);
    if (isOpen()) {
      try {
        batch.run();
        return;
      } catch (SQLException e) {
        LOG.debug("a table may have changed between the look and the batch", e);
      }
      look(writer);
      if (isOpen()) {
        batch.run();
      }
    }
  }

  /** True if the next batch takes what has changed. */
  boolean isOpen() {
    return all.stream().anyMatch(Lookup::isOpen);
  }

  /** True if a build may have changed a table and its streams have not seen it. From any thread. */
  boolean isBehind() {
    return all.stream().anyMatch(Lookup::isBehind);
  }

  /** As {@link Lookup#written}. From any thread. */
  void written(Set<String> tables) {
    all.forEach(lookup -> lookup.written(tables));
  }
}
