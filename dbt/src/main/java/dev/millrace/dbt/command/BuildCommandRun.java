package dev.millrace.dbt.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.artifact.RunResults;
import dev.millrace.dbt.artifact.TargetFolder;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.run.Build;
import dev.millrace.dbt.run.BuildListener;
import dev.millrace.dbt.run.BuildOutcome;
import dev.millrace.dbt.run.BuildSetting;
import dev.millrace.dbt.run.NodeResult;
import dev.millrace.dbt.run.Sample;
import dev.millrace.project.ProjectError;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Builds nodes and says how it goes: {@code build}, {@code seed}, {@code snapshot}, {@code clone}.
 */
final class BuildCommandRun implements BuildListener {
  private static final Map<String, Set<String>> TYPES =
      Map.of(
          "build", Set.of("model", "seed", "snapshot", "test", "unit_test"),
          "seed", Set.of("seed"),
          "snapshot", Set.of("snapshot"),
          "clone", Set.of("model", "seed", "snapshot"));

  private final DbtCommand command;
  private final DbtRequest request;
  private final PrintWriter out;
  private final BuildText text;

  BuildCommandRun(DbtCommand command) {
    this.command = command;
    this.request = command.request();
    this.out = command.out();
    this.text = new BuildText(request.shown(), request.colours());
  }

  /** Makes the build; {@code running} gets it before it runs. */
  boolean run(AdapterSource engine, Consumer<Build> running) {
    Set<String> selected = command.selected(TYPES.getOrDefault(request.command(), Set.of()));
    if (request.command().equals("build")) {
      refusePython(selected);
    }
    TargetFolder target = command.target();
    BuildSetting setting =
        new BuildSetting(
            request.command(),
            selected,
            request.threads(),
            request.failFast(),
            flags(),
            command.environment(),
            deferred(selected),
            request.sample().map(text -> Sample.of(text, command.project().setting().startedAt())),
            Selected.batchesToRetry(command),
            request.eventTimeStart(),
            request.eventTimeEnd());
    Adapter adapter = engine.open(command.project().manifest());
    Build build = new Build(command.project(), adapter, setting, target, this);
    int nodes = build.nodes().size();
    if (!request.json()) {
      out.println(
          text.head(
              command.project().manifest().projectName(),
              command.project().manifest().target().name(),
              nodes,
              build.threads(),
              command.loading()));
      if (build.kept() > 0) {
        out.println(text.kept(build.kept()));
      }
      out.flush();
    }
    running.accept(build);
    BuildOutcome outcome = build.run();
    RunResults.write(
        target.path(),
        command.project().setting().invocationId(),
        command.project().setting().startedAt(),
        outcome.took(),
        arguments(),
        outcome.results());
    Map<String, String> compiled = new LinkedHashMap<>();
    outcome.results().forEach(r -> r.compiled().ifPresent(sql -> compiled.put(r.node().id(), sql)));
    CompileCommandRun.write(command, compiled, target);
    List<Problem> exports =
        new BuildExports(command, adapter, exported -> line(text.said(exported))).run(outcome);
    print(outcome, target);
    if (!exports.isEmpty()) {
      throw new StopException(exports);
    }
    return outcome.isSuccess();
  }

  /** Models in Python do not run here; nothing is built if one is asked for. */
  private void refusePython(Set<String> selected) {
    Problems problems = new Problems();
    for (String id : selected) {
      Node node = command.project().manifest().node(id).orElseThrow();
      if ("python".equals(node.extra().get("language"))) {
        problems.error(
            ProjectError.NOT_SUPPORTED,
            SourceLocation.ofFile(node.file().path()),
            "model `" + node.name() + "` is Python, which Millrace does not run",
            "write it in SQL, or leave it out: `--exclude " + node.name() + "`");
      }
    }
    problems.throwIfErrors();
  }

  private Map<String, Relation> deferred(Set<String> selected) {
    if (request.command().equals("clone")) {
      return Selected.deferred(command, Set.of());
    }
    return request.defer() ? Selected.deferred(command, selected) : Map.of();
  }

  private Map<String, @Nullable Object> flags() {
    Map<String, @Nullable Object> flags = new LinkedHashMap<>();
    flags.put("WHICH", request.command());
    flags.put("FULL_REFRESH", request.fullRefresh());
    flags.put("STORE_FAILURES", request.storeFailures());
    flags.put("EMPTY", request.empty());
    flags.put("FAIL_FAST", request.failFast());
    flags.put("DEFER", request.defer());
    flags.put("FAVOR_STATE", request.favorState());
    flags.put("SAMPLE", request.sample().orElse(null));
    return flags;
  }

  private Map<String, @Nullable Object> arguments() {
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
    flags().forEach((key, value) -> arguments.put(key.toLowerCase(Locale.ROOT), value));
    arguments.put("which", request.command());
    arguments.put("select", request.selection().select());
    arguments.put("exclude", request.selection().exclude());
    arguments.put("selector", request.selection().selector().orElse(null));
    arguments.put("vars", request.vars());
    arguments.put("target", request.target().orElse(null));
    return arguments;
  }

  private void print(BuildOutcome outcome, TargetFolder target) {
    if (request.json()) {
      ObjectNode root = new ObjectMapper().createObjectNode();
      ArrayNode results = root.putArray("results");
      outcome.results().forEach(r -> results.add(RunResults.json(r)));
      root.put("elapsed_time", outcome.took().toNanos() / 1e9);
      root.put("success", outcome.isSuccess());
      out.println(root.toPrettyString());
    } else {
      outcome.results().stream()
          .filter(BuildText::hasDetails)
          .forEach(r -> out.print(text.details(r, compiled(r, target))));
      out.print(text.summary(outcome.results(), outcome.took()));
      if (outcome.cancelled()) {
        out.println("Ended before it was done; what had run is kept, the rest was rolled back.");
      }
    }
    out.flush();
  }

  private Optional<Path> compiled(NodeResult result, TargetFolder target) {
    Path file = target.compiled(result.node());
    return result.compiled().isPresent() && Files.exists(file)
        ? Optional.of(command.shown(file))
        : Optional.empty();
  }

  @Override
  public void started(int index, int total, Node node) {
    line(text.started(index, total, node));
  }

  @Override
  public void finished(int index, int total, NodeResult result) {
    line(text.finished(index, total, result));
  }

  @Override
  public void said(String line) {
    line(text.said(line));
  }

  @Override
  public void doing(String what) {
    line(text.said(what));
  }

  private synchronized void line(String line) {
    if (!request.json()) {
      out.println(line);
      out.flush();
    }
  }
}
