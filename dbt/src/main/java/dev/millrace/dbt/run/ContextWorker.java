package dev.millrace.dbt.run;

import dev.millrace.api.error.RetryException;
import dev.millrace.dbt.adapter.AdapterException;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.context.BatchNames;
import dev.millrace.dbt.context.CompiledNode;
import dev.millrace.dbt.context.RunContext;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs nodes by their macros, over one session. */
final class ContextWorker implements NodeWorker {
  /** So many rows of a failing test are shown. */
  static final int ROWS = 5;

  /** A conflict with another session ends when that one commits, so it is tried again soon. */
  private static final int ATTEMPTS = 8;

  private static final long FIRST_PAUSE_NANOS = 2_000_000;

  private final BuildParts parts;
  private final RecordingSession session;
  private final RunContext context;
  private volatile boolean cancelled;

  ContextWorker(BuildParts parts) {
    this.parts = parts;
    this.session = new RecordingSession(parts.adapter().open());
    this.context = parts.context(parts.manifest(), session, parts.setting().environment());
  }

  @Override
  public void cancel() {
    cancelled = true;
    session.cancel();
  }

  @Override
  public void close() {
    session.close();
  }

  @Override
  public NodeResult run(Node node) {
    if (cancelled) {
      return NodeResult.skipped(node, "the build was ended");
    }
    session.reset();
    Work work = new Work(node);
    try {
      NodeResult result = run(work);
      if (!session.statements().isBlank() && node.type() != NodeType.EXPOSURE) {
        parts.target().writeRun(node, session.statements() + "\n");
      }
      return result;
    } catch (RuntimeException | StackOverflowError e) {
      session.rollback();
      return cancelled ? NodeResult.skipped(node, "it was ended while it ran") : work.failed(e);
    }
  }

  private NodeResult run(Work work) {
    Node node = work.node;
    if (parts.setting().isClone()) {
      return work.built(work.execute(() -> context.copy(node)));
    }
    return switch (node.type()) {
      case MODEL -> model(work);
      case SNAPSHOT -> work.built(materialize(work, work.compile(context)));
      case SEED -> work.built(materialize(work, null));
      case TEST -> test(work);
      case UNIT_TEST -> unitTest(work);
      case OPERATION, ANALYSIS, SOURCE, EXPOSURE ->
          work.result(NodeStatus.NO_OP, null, OptionalLong.empty(), Optional.empty());
    };
  }

  private NodeResult model(Work work) {
    if (Microbatch.isMicrobatch(work.node)) {
      return new Microbatch(parts, context, session).run(work);
    }
    CompiledNode compiled = work.compile(context);
    return work.built(materialize(work, compiled));
  }

  private List<Relation> materialize(Work work, @Nullable CompiledNode compiled) {
    return work.execute(() -> context.materialize(work.node, compiled));
  }

  private NodeResult test(Work work) {
    CompiledNode compiled = work.compile(context);
    QueryResult row = work.execute(() -> context.test(work.node, compiled));
    TestVerdict verdict = TestVerdict.of(work.node, row);
    Optional<QueryResult> rows =
        verdict.status() == NodeStatus.PASS ? Optional.empty() : failing(compiled.sql());
    return work.result(
        verdict.status(), verdict.message(), OptionalLong.of(verdict.failures()), rows);
  }

  /** The first rows that a test found. */
  private Optional<QueryResult> failing(String sql) {
    try {
      return Optional.of(
          session.execute("SELECT * FROM (\n" + sql + "\n) AS failures LIMIT " + ROWS, true));
    } catch (AdapterException | RetryException e) {
      // The verdict stands without them.
      return Optional.empty();
    }
  }

  private NodeResult unitTest(Work work) {
    UnitTestManifest world = UnitTestManifest.of(parts.manifest(), work.node);
    Map<String, String> environment = new LinkedHashMap<>(parts.setting().environment());
    UnitTestManifest.overrides(work.node, "env_vars")
        .forEach((name, value) -> environment.put(name, String.valueOf(value)));
    RunContext own = parts.context(world.manifest(), session, environment);
    CompiledNode compiled = work.compile(own, world.test());
    QueryResult both = work.execute(() -> own.test(world.test(), compiled));
    Optional<QueryResult> difference = RowsDiff.of(both);
    return difference.isEmpty()
        ? work.result(NodeStatus.PASS, null, OptionalLong.of(0), Optional.empty())
        : work.result(
            NodeStatus.FAIL,
            "actual rows differ from those expected",
            OptionalLong.of(difference.get().rows().size()),
            difference);
  }

  /** A node at work: when what began, and what has been made of it. */
  final class Work {
    private final Node node;
    private final List<NodeResult.Timing> timings = new ArrayList<>();
    private @Nullable String compiled;

    Work(Node node) {
      this.node = node;
    }

    Node node() {
      return node;
    }

    CompiledNode compile(RunContext context) {
      return compile(context, node);
    }

    CompiledNode compile(RunContext context, Node template) {
      return compile(() -> context.compile(template));
    }

    CompiledNode compile(RunContext context, BatchNames batch) {
      return compile(() -> context.compile(node, batch));
    }

    private CompiledNode compile(Supplier<CompiledNode> body) {
      CompiledNode made = timed("compile", body);
      compiled = made.sql();
      parts.target().writeCompiled(node, made.sql());
      return made;
    }

    /** Executes, again if another session was in the way and nothing was committed yet. */
    <T> T execute(Supplier<T> body) {
      return timed(
          "execute",
          () -> {
            session.beginAttempt();
            for (int attempt = 1; ; attempt++) {
              try {
                return body.get();
              } catch (RetryException e) {
                session.rollback();
                if (attempt == ATTEMPTS || cancelled || session.hasCommitted()) {
                  throw e;
                }
                LockSupport.parkNanos(FIRST_PAUSE_NANOS << attempt);
                session.reset();
              }
            }
          });
    }

    private <T> T timed(String name, Supplier<T> body) {
      Instant began = Instant.now();
      try {
        return body.get();
      } finally {
        timings.add(new NodeResult.Timing(name, began, Instant.now()));
      }
    }

    NodeResult built(List<Relation> relations) {
      long affected = session.affected();
      Map<String, @Nullable Object> response = new LinkedHashMap<>();
      String message = affected < 0 ? "OK" : session.verb() + " " + affected;
      response.put("_message", message);
      if (affected >= 0) {
        response.put("code", session.verb());
        response.put("rows_affected", affected);
      }
      return new NodeResult(
          node,
          NodeStatus.SUCCESS,
          message,
          OptionalLong.empty(),
          response,
          Optional.ofNullable(compiled),
          timings,
          Thread.currentThread().getName(),
          List.of(),
          Optional.empty());
    }

    NodeResult result(
        NodeStatus status,
        @Nullable String message,
        OptionalLong failures,
        Optional<QueryResult> rows) {
      Map<String, @Nullable Object> response =
          status == NodeStatus.NO_OP ? Map.of() : Map.of("_message", "OK");
      return new NodeResult(
          node,
          status,
          message,
          failures,
          response,
          Optional.ofNullable(compiled),
          timings,
          Thread.currentThread().getName(),
          List.of(),
          rows);
    }

    NodeResult failed(Throwable e) {
      return Failures.result(node, e, Optional.ofNullable(compiled), timings);
    }
  }
}
