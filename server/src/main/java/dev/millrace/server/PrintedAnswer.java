package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a command prints, sent as it comes: a line of JSON for each piece of text, an empty one each
 * second, and the exit code at the end.
 */
final class PrintedAnswer {
  private static final Logger LOG = LoggerFactory.getLogger(PrintedAnswer.class);

  private PrintedAnswer() {}

  /** A command. */
  @FunctionalInterface
  interface Work {
    /** Does it, and says whether all is well. */
    boolean run(PrintWriter out);
  }

  /**
   * Answers a request.
   *
   * @param cancel is called when nobody listens any longer, perhaps more than once
   */
  static void send(Context ctx, Runnable cancel, Work work) throws IOException {
    ctx.res().setContentType("application/x-ndjson");
    Lines lines = new Lines(ctx.res().getOutputStream());
    PrintWriter out = new PrintWriter(lines);
    ScheduledExecutorService pulse = Executors.newSingleThreadScheduledExecutor();
    pulse.scheduleAtFixedRate(
        () -> {
          if (!lines.send(Json.object())) {
            cancel.run();
          }
        },
        1,
        1,
        TimeUnit.SECONDS);
    int code = 1;
    try {
      code = work.run(out) ? 0 : 1;
    } catch (RuntimeException e) {
      LOG.error("{} failed", ctx.path(), e);
      out.println("Millrace failed unexpectedly: " + e + "; its log has the details");
    } finally {
      pulse.shutdownNow();
      out.flush();
      lines.send(Json.object().put("exit", code));
    }
  }

  /** Text in lines of JSON. Thread-safe. */
  private static final class Lines extends Writer {
    private final java.io.OutputStream out;
    private final StringBuilder text = new StringBuilder();
    private boolean broken;

    Lines(java.io.OutputStream out) {
      this.out = out;
    }

    @Override
    public synchronized void write(char[] characters, int offset, int length) {
      text.append(characters, offset, length);
    }

    @Override
    public synchronized void flush() {
      if (!text.isEmpty()) {
        String pending = text.toString();
        text.setLength(0);
        send(Json.object().put("text", pending));
      }
    }

    /** False if nobody listens any longer. */
    synchronized boolean send(JsonNode line) {
      if (!broken) {
        try {
          out.write((Json.write(line) + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
          out.flush();
        } catch (IOException e) {
          broken = true;
        }
      }
      return !broken;
    }

    @Override
    public void close() {
      flush();
    }
  }
}
