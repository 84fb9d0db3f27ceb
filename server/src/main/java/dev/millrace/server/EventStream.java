package dev.millrace.server;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One browser's server-sent events, written without ever blocking a thread. While the browser is
 * slow, a newer event of the same key takes the place of the older one; after {@value
 * #PATIENCE_MILLIS} ms in which it reads nothing it is dropped. Thread-safe.
 */
final class EventStream implements WriteListener, AsyncListener {
  private static final long PATIENCE_MILLIS = 20_000;

  private final AsyncContext async;
  private final ServletOutputStream out;
  private final Runnable onClose;
  private final Map<String, byte[]> waiting = new LinkedHashMap<>();
  private boolean listening;
  private boolean closed;
  private long stuckSince;

  /**
   * Takes over a response whose headers are set.
   *
   * @param onClose called once, when the browser has gone or was dropped
   */
  EventStream(AsyncContext async, ServletOutputStream out, Runnable onClose) {
    this.async = async;
    this.out = out;
    this.onClose = onClose;
  }

  /** Begins to write. */
  void open() {
    async.setTimeout(0);
    async.addListener(this);
    out.setWriteListener(this);
  }

  /**
   * Sends an event, or keeps it until the browser can take it.
   *
   * @param key an unsent event of the same key is replaced
   */
  void send(String key, String event, String json) {
    put(key, "event: " + event + "\ndata: " + json + "\n\n");
  }

  /** Sends a comment, which keeps the connection alive and finds out whether it is. */
  void beat() {
    put("beat", ": beat\n\n");
  }

  private void put(String key, String text) {
    boolean drop;
    synchronized (this) {
      waiting.remove(key);
      waiting.put(key, text.getBytes(StandardCharsets.UTF_8));
      drop = !write();
    }
    if (drop) {
      close();
    }
  }

  /** Writes while the browser can take more; false if it is to be dropped. */
  private boolean write() {
    if (!listening || closed) {
      return !closed;
    }
    try {
      while (out.isReady()) {
        stuckSince = 0;
        byte[] next = poll();
        if (next == null) {
          return true;
        }
        out.write(next);
        if (waiting.isEmpty() && out.isReady()) {
          out.flush();
        }
      }
    } catch (IOException | IllegalStateException e) {
      return false;
    }
    long now = System.nanoTime() / 1_000_000;
    stuckSince = stuckSince == 0 ? now : stuckSince;
    return now - stuckSince < PATIENCE_MILLIS;
  }

  private byte @Nullable [] poll() {
    var entries = waiting.entrySet().iterator();
    if (!entries.hasNext()) {
      return null;
    }
    byte[] next = entries.next().getValue();
    entries.remove();
    return next;
  }

  /** Ends the response. */
  void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      waiting.clear();
    }
    try {
      async.complete();
    } catch (IllegalStateException e) {
      // The container has completed it already.
    }
    onClose.run();
  }

  @Override
  public void onWritePossible() {
    boolean drop;
    synchronized (this) {
      listening = true;
      drop = !write();
    }
    if (drop) {
      close();
    }
  }

  @Override
  public void onError(Throwable t) {
    close();
  }

  @Override
  public void onComplete(AsyncEvent event) {
    close();
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    close();
  }

  @Override
  public void onError(AsyncEvent event) {
    close();
  }

  @Override
  public void onStartAsync(AsyncEvent event) {}
}
