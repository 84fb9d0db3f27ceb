package dev.millrace.dbt.command;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.artifact.ManifestArtifact;
import dev.millrace.dbt.artifact.TargetFolder;
import dev.millrace.dbt.context.CompiledNode;
import dev.millrace.dbt.context.RunContext;
import dev.millrace.dbt.context.RunSetting;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.project.ProblemPrinter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Renders nodes and runs nothing but what their macros ask: {@code compile}. */
final class CompileCommandRun {
  private final DbtCommand command;

  CompileCommandRun(DbtCommand command) {
    this.command = command;
  }

  boolean run(AdapterSource engine) {
    Set<String> ids = command.selected(Set.of("model", "snapshot", "test", "analysis"));
    TargetFolder target = command.target();
    Map<String, String> compiled = new LinkedHashMap<>();
    List<Problem> problems = new ArrayList<>();
    long start = System.nanoTime();
    try (AdapterSession session = engine.open(command.project().manifest()).open()) {
      RunContext context = context(command, session, ids);
      for (String id : ids) {
        Node node = command.project().manifest().node(id).orElseThrow();
        try {
          CompiledNode made = context.compile(node);
          compiled.put(id, made.sql());
          target.writeCompiled(node, made.sql());
        } catch (MillraceException e) {
          problems.addAll(e.problems());
        }
      }
    }
    write(command, compiled, target);
    print(compiled, problems, target, start);
    return problems.isEmpty();
  }

  private void print(
      Map<String, String> compiled, List<Problem> problems, TargetFolder target, long start) {
    DbtRequest request = command.request();
    if (!problems.isEmpty()) {
      command.out().print(new ProblemPrinter(request.shown(), request.colours()).text(problems));
    }
    List<String> wanted =
        compiled.keySet().stream()
            .filter(id -> compiled.size() == 1 || !id.startsWith("test."))
            .toList();
    if (wanted.size() == 1 && !request.selection().select().isEmpty()) {
      command.out().println(compiled.getOrDefault(wanted.get(0), "").strip());
    } else {
      command
          .out()
          .printf(
              Locale.ROOT,
              "Compiled %d of %d nodes into %s in %.2f s%n",
              compiled.size(),
              compiled.size() + problems.size(),
              command.shown(target.path().resolve("compiled")),
              (System.nanoTime() - start) / 1e9);
    }
    command.out().flush();
  }

  static RunContext context(DbtCommand command, AdapterSession session, Set<String> ids) {
    return new RunContext(
        command.project().manifest(),
        command.project().macros(),
        session,
        new RunSetting(
            Map.of("WHICH", command.request().command(), "FULL_REFRESH", false),
            command.project().setting().invocationId(),
            command.project().setting().startedAt(),
            command.environment(),
            List.copyOf(ids),
            Map.of(),
            Optional.empty(),
            new HashSet<>(),
            line -> command.out().println(line)));
  }

  static void write(DbtCommand command, Map<String, String> compiled, TargetFolder target) {
    try {
      ManifestArtifact.write(command.project(), compiled, target.path());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
