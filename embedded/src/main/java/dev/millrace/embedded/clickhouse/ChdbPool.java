package dev.millrace.embedded.clickhouse;

import dev.millrace.embedded.clickhouse.ChdbConnection.EngineException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Connections to the engine, each lent to one request at a time. Thread-safe. */
final class ChdbPool implements AutoCloseable {
  private final ChdbLibrary library;
  private final String data;
  private final int size;
  private final BlockingQueue<ChdbConnection> free;

  ChdbPool(ChdbLibrary library, String data, int size) throws EngineException {
    this.library = library;
    this.data = data;
    this.size = size;
    free = new ArrayBlockingQueue<>(size);
    for (int i = 0; i < size; i++) {
      free.add(open());
    }
  }

  /** One that the caller closes. */
  ChdbConnection open() throws EngineException {
    return ChdbConnection.open(library, data);
  }

  ChdbConnection take() throws InterruptedException {
    return free.take();
  }

  void giveBack(ChdbConnection connection) {
    free.add(connection);
  }

  /** Gives back one in which a request may have left something that is not for others. */
  void replace(ChdbConnection connection) throws EngineException {
    ChdbConnection next = connection;
    try {
      next = open();
      connection.close();
    } finally {
      free.add(next);
    }
  }

  /** Waits for requests that run, and closes the data in order. */
  @Override
  public void close() throws InterruptedException {
    for (int i = 0; i < size; i++) {
      free.take().close();
    }
  }
}
