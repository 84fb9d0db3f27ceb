package dev.millrace.log;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Exit;

/**
 * Keeps a broker from ending the process. Kafka calls {@link Exit} where it sees no way on (its
 * data folder is gone, the disk is full); here that is told to every broker of the process, since
 * Kafka does not say which one it was, and the calling thread ends with an error, so that it does
 * not go on as if nothing were.
 */
final class BrokerExit {
  private static final Set<Consumer<String>> LISTENERS = ConcurrentHashMap.newKeySet();

  private BrokerExit() {}

  /** Routes all exits of Kafka's code in this process to listeners; may be called repeatedly. */
  static void divert() {
    Exit.setExitProcedure(BrokerExit::tell);
    Exit.setHaltProcedure(BrokerExit::tell);
    // Kafka must not stop itself when the process ends: whoever started it does, in order.
    Exit.setShutdownHookAdder((name, hook) -> {});
  }

  static void add(Consumer<String> listener) {
    LISTENERS.add(listener);
  }

  static void remove(Consumer<String> listener) {
    LISTENERS.remove(listener);
  }

  private static void tell(int status, String message) {
    String reason = message == null ? "it gave up with status " + status : message;
    LISTENERS.forEach(listener -> listener.accept(reason));
    throw new BrokerExitError(reason);
  }

  /** Ends the broker's thread that wanted to end the process. */
  private static final class BrokerExitError extends Error {
    private static final long serialVersionUID = 1L;

    BrokerExitError(String reason) {
      super(reason);
    }
  }
}
