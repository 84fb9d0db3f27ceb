package dev.millrace.embedded.clickhouse;

import dev.millrace.embedded.clickhouse.ChdbConnection.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Sessions of the engine, each lent to one request at a time. Thread-safe. */
final class ChdbPool implements AutoCloseable {
  private final List<ChdbConnection> all = new ArrayList<>();
  private final BlockingQueue<ChdbConnection> free;

  ChdbPool(ChdbLibrary library, String data, int size) throws EngineException {
    free = new ArrayBlockingQueue<>(size);
    for (int i = 0; i < size; i++) {
      ChdbConnection connection = ChdbConnection.open(library, data);
      all.add(connection);
      free.add(connection);
    }
  }

  ChdbConnection take() throws InterruptedException {
    return free.take();
  }

  void giveBack(ChdbConnection connection) {
    free.add(connection);
  }

  /** Waits for requests that run, and closes the data in order. */
  @Override
  public void close() throws InterruptedException {
    for (int i = 0; i < all.size(); i++) {
      free.take().close();
    }
  }
}
