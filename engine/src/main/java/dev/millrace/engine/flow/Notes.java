package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Problems of a flow that go into {@code system.errors} with its next batch, or at once where none
 * may follow. Any thread may add.
 */
final class Notes {
  private static final Logger LOG = LoggerFactory.getLogger(Notes.class);

  private final ConcurrentLinkedQueue<Problem> problems = new ConcurrentLinkedQueue<>();
  private int written;

  void add(Problem problem) {
    problems.add(problem);
  }

  void write(Transaction transaction, String flow) throws SQLException {
    written = 0;
    for (Problem problem : problems) {
      written++;
      String hint = problem.hint();
      transaction.execute(
          "INSERT INTO store.system.errors VALUES (now(), "
              + Identifier.literal(flow)
              + ", "
              + Identifier.literal(problem.code().name())
              + ", "
              + Identifier.literal(problem.message())
              + ", "
              + (hint == null ? "NULL" : Identifier.literal(hint))
              + ")");
    }
  }

  /** Writes them in a transaction of their own, for when no batch may follow. */
  void tell(Store store, String flow) {
    try (Writer writer = store.writer()) {
      writer.transact(
          transaction -> {
            write(transaction, flow);
            return true;
          });
      committed();
    } catch (SQLException | RuntimeException e) {
      LOG.warn("flow {}: {} is not in system.errors", flow, problems, e);
    }
  }

  /** What was written is committed. */
  void committed() {
    for (int i = 0; i < written; i++) {
      problems.poll();
    }
  }

  void clear() {
    problems.clear();
  }
}
