package dev.millrace.dbt.run;

import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.context.CompiledNode;
import dev.millrace.dbt.context.RunContext;
import dev.millrace.dbt.context.TemplateObject;
import dev.millrace.dbt.manifest.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs {@code on-run-start} and {@code on-run-end}: one after the other, none behind a failure. */
final class ProjectHooks {
  private final AdapterSession session;
  private final BuildListener listener;
  private final RunContext context;

  ProjectHooks(BuildParts parts, AdapterSession session, BuildListener listener) {
    this.session = session;
    this.listener = listener;
    this.context = parts.context(parts.manifest(), session, parts.setting().environment());
  }

  /**
   * Runs hooks.
   *
   * @param built what templates see as {@code results}
   * @param results gets what became of each hook
   */
  void run(List<Node> hooks, List<NodeResult> built, List<NodeResult> results) {
    if (hooks.isEmpty()) {
      return;
    }
    context.setResults(templateResults(built), schemas(built));
    boolean failed = false;
    int index = 0;
    for (Node hook : hooks) {
      index++;
      if (failed) {
        results.add(NodeResult.skipped(hook, "a hook before it failed"));
        continue;
      }
      listener.started(index, hooks.size(), hook);
      NodeResult result = run(hook);
      listener.finished(index, hooks.size(), result);
      results.add(result);
      failed = result.status().isFailure();
    }
  }

  private NodeResult run(Node hook) {
    List<NodeResult.Timing> timings = new ArrayList<>();
    Instant began = Instant.now();
    try {
      CompiledNode compiled = context.compile(hook);
      Instant rendered = Instant.now();
      timings.add(new NodeResult.Timing("compile", began, rendered));
      if (!compiled.sql().isBlank()) {
        context.execute(hook, compiled);
      }
      timings.add(new NodeResult.Timing("execute", rendered, Instant.now()));
      return new NodeResult(
          hook,
          NodeStatus.SUCCESS,
          "OK",
          OptionalLong.empty(),
          Map.of(),
          Optional.of(compiled.sql()),
          timings,
          "main",
          List.of(),
          Optional.empty());
    } catch (RuntimeException e) {
      session.rollback();
      return Failures.result(hook, e, Optional.empty(), timings);
    }
  }

  /** The schemas in which something was built. */
  private static Set<String> schemas(List<NodeResult> built) {
    Set<String> schemas = new LinkedHashSet<>();
    for (NodeResult result : built) {
      if (!result.status().isFailure()) {
        result.node().relation().ifPresent(r -> schemas.add(r.schema()));
      }
    }
    return schemas;
  }

  private static List<Object> templateResults(List<NodeResult> built) {
    List<Object> results = new ArrayList<>();
    for (NodeResult result : built) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      values.put("node", new TemplateObject("Node", RunContext.describe(result.node())));
      values.put("unique_id", result.node().id());
      values.put("status", result.status().text());
      values.put("message", result.message());
      values.put("failures", result.failures().isPresent() ? result.failures().getAsLong() : null);
      values.put("execution_time", result.took().toNanos() / 1e9);
      values.put("thread_id", result.thread());
      values.put("adapter_response", result.response());
      List<Object> timings = new ArrayList<>();
      for (NodeResult.Timing timing : result.timings()) {
        Map<String, @Nullable Object> one = new LinkedHashMap<>();
        one.put("name", timing.name());
        one.put("started_at", timing.started().toString());
        one.put("completed_at", timing.completed().toString());
        timings.add(new TemplateObject("TimingInfo", one));
      }
      values.put("timing", timings);
      results.add(new TemplateObject("RunResult", values));
    }
    return results;
  }
}
