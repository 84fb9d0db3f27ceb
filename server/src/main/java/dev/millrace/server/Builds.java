package dev.millrace.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.dbt.command.DbtCommands;
import dev.millrace.dbt.command.DbtRequest;
import dev.millrace.dbt.command.DbtRequestJson;
import dev.millrace.engine.Instance;
import dev.millrace.project.ProblemPrinter;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out builds for command lines, one at a time, and sends what they print as it comes: a
 * line of JSON for each piece of text, an empty one each second, and the exit code at the end.
 * Whoever hangs up ends the build.
 */
final class Builds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Builds.class);
  private static final Set<String> COMMANDS =
      Set.of("build", "seed", "snapshot", "clone", "compile", "docs", "freshness", "run-operation");

  private final Instance instance;
  private final ReentrantLock running = new ReentrantLock();
  private final Optional<BuildToken> token;
  private volatile @Nullable DbtCommands current;

  Builds(Instance instance) {
    this.instance = instance;
    this.token = token(instance.project().folder());
  }

  private static Optional<BuildToken> token(Path folder) {
    try {
      return Optional.of(BuildToken.make(folder));
    } catch (IOException e) {
      LOG.warn("no builds while the project runs", e);
      return Optional.empty();
    }
  }

  void build(Context ctx) throws IOException {
    String shown = Optional.ofNullable(ctx.header(BuildToken.HEADER)).orElse("");
    if (token.filter(t -> t.fits(shown)).isEmpty()) {
      throw new RefusedRequest(
          403,
          Problem.error(
              ServerError.FOREIGN_REQUEST,
              null,
              "builds are for the user who runs the instance",
              "use `millrace build` as that user"));
    }
    DbtRequest request = request(ctx);
    if (!running.tryLock()) {
      throw new RefusedRequest(
          409,
          Problem.error(
              ServerError.BUILD_RUNNING,
              null,
              "the project is being built already",
              "wait until that build has ended"));
    }
    try {
      ctx.res().setContentType("application/x-ndjson");
      run(request, new Lines(ctx.res().getOutputStream()));
    } finally {
      current = null;
      running.unlock();
    }
  }

  private DbtRequest request(Context ctx) {
    JsonNode body;
    try {
      body = Json.MAPPER.readTree(ctx.body());
    } catch (JsonProcessingException e) {
      throw RefusedRequest.bad("the body is not JSON");
    }
    if (!COMMANDS.contains(body.path("command").asText())) {
      throw RefusedRequest.bad("`command` must be one of " + String.join(", ", COMMANDS));
    }
    return DbtRequestJson.read(body, instance.project().folder());
  }

  private void run(DbtRequest request, Lines lines) {
    PrintWriter out = new PrintWriter(lines);
    DbtCommands commands = new DbtCommands(request, System.getenv(), out);
    current = commands;
    ScheduledExecutorService pulse = Executors.newSingleThreadScheduledExecutor();
    pulse.scheduleAtFixedRate(
        () -> {
          if (!lines.send(Json.object())) {
            commands.cancel();
          }
        },
        1,
        1,
        TimeUnit.SECONDS);
    int code = 1;
    try {
      code = commands.run(manifest -> instance.models()) ? 0 : 1;
    } catch (MillraceException e) {
      ProblemPrinter printer = new ProblemPrinter(request.shown(), request.colours());
      out.print(request.json() ? printer.json(e.problems()) + "\n" : printer.text(e.problems()));
    } catch (RuntimeException e) {
      LOG.error("a build failed", e);
      out.println("Millrace failed unexpectedly: " + e + "; its log has the details");
    } finally {
      pulse.shutdownNow();
      out.flush();
      lines.send(Json.object().put("exit", code));
    }
  }

  /** Ends the build that runs. */
  @Override
  public void close() {
    DbtCommands commands = current;
    if (commands != null) {
      commands.cancel();
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
