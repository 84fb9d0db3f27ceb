package dev.millrace.log;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets transactions end before a broker stops. A commit returns once it is decided; its markers are
 * written a moment later, and a broker that is stopping skips them (see {@link PredecessorFence}).
 */
final class TransactionDrain {
  private static final Logger LOG = LoggerFactory.getLogger(TransactionDrain.class);
  private static final long LIMIT = Duration.ofSeconds(3).toNanos();

  private TransactionDrain() {}

  /** Waits until no transaction is between decision and end, some seconds at most. */
  static void await(Cluster cluster) {
    Map<String, Object> properties = cluster.clientProperties("millrace-drain");
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 1_000);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 2_000);
    ListTransactionsOptions decided =
        new ListTransactionsOptions()
            .filterStates(List.of(TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT));
    long deadline = System.nanoTime() + LIMIT;
    Admin admin = Admin.create(properties);
    try {
      while (System.nanoTime() < deadline
          && !admin.listTransactions(decided).all().get(2, TimeUnit.SECONDS).isEmpty()) {
        Thread.sleep(5);
      }
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      LOG.debug("the broker does not tell its transactions", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      admin.close(Duration.ZERO);
    }
  }
}
