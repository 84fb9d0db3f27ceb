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
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out builds for command lines, one at a time, and sends what they print as it comes.
 * Whoever hangs up ends the build.
 */
final class Builds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Builds.class);
  private static final Set<String> COMMANDS =
      Set.of("build", "seed", "snapshot", "clone", "compile", "docs", "freshness", "run-operation");

  private static final long LOOK_MILLIS = 200;

  private final Instance instance;
  private final BuildTurn turn;
  private final Optional<BuildToken> token;
  private volatile @Nullable DbtCommands current;

  Builds(Instance instance, BuildTurn turn) {
    this.instance = instance;
    this.turn = turn;
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
    requireOwner(ctx);
    DbtRequest request = request(ctx);
    boolean taken = turn.take();
    // For a job one waits: it ends by itself, and comes again and again.
    if (!taken && turn.job().isEmpty()) {
      throw new RefusedRequest(
          409,
          Problem.error(
              ServerError.BUILD_RUNNING,
              null,
              "the project is being built already",
              "wait until that build has ended"));
    }
    Caller caller = new Caller();
    PrintedAnswer.send(ctx, caller::leave, out -> run(request, out, taken, caller));
  }

  /** Lets nobody pass but the user who runs the instance. */
  void requireOwner(Context ctx) {
    String shown = Optional.ofNullable(ctx.header(BuildToken.HEADER)).orElse("");
    if (token.filter(t -> t.fits(shown)).isEmpty()) {
      throw new RefusedRequest(
          403,
          Problem.error(
              ServerError.FOREIGN_REQUEST,
              null,
              "builds and exports are for the user who runs the instance",
              "use `millrace build` as that user"));
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

  /** Whoever wants a build, and ends it by leaving. */
  private static final class Caller {
    private final AtomicBoolean gone = new AtomicBoolean();
    private final AtomicReference<@Nullable DbtCommands> commands = new AtomicReference<>();

    void leave() {
      gone.set(true);
      DbtCommands running = commands.get();
      if (running != null) {
        running.cancel();
      }
    }
  }

  /** Builds when it is its turn. */
  private boolean run(DbtRequest request, PrintWriter out, boolean mine, Caller caller) {
    boolean taken = mine;
    try {
      if (!taken && !request.json()) {
        out.println("Waiting for job `" + turn.job().orElse("") + "`");
        out.flush();
      }
      while (!taken && !caller.gone.get()) {
        taken = turn.await(LOOK_MILLIS);
      }
      return taken && build(request, out, caller);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      if (taken) {
        current = null;
        turn.leave();
      }
    }
  }

  private boolean build(DbtRequest request, PrintWriter out, Caller caller) {
    DbtCommands commands = new DbtCommands(request, System.getenv(), out);
    current = commands;
    caller.commands.set(commands);
    if (caller.gone.get()) {
      return false;
    }
    try {
      return commands.run(manifest -> instance.models());
    } catch (MillraceException e) {
      ProblemPrinter printer = new ProblemPrinter(request.shown(), request.colours());
      out.print(request.json() ? printer.json(e.problems()) + "\n" : printer.text(e.problems()));
      return false;
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
}
