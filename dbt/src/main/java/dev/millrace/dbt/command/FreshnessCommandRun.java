package dev.millrace.dbt.command;

import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.artifact.SourcesFile;
import dev.millrace.dbt.context.RunContext;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.run.NodeResult;
import dev.millrace.dbt.run.NodeStatus;
import dev.millrace.dbt.run.SourceFreshness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Looks how old the newest rows of sources are: {@code freshness}. */
final class FreshnessCommandRun {
  private final DbtCommand command;
  private final BuildText text;

  FreshnessCommandRun(DbtCommand command) {
    this.command = command;
    this.text = new BuildText(command.request().shown(), command.request().colours());
  }

  boolean run(AdapterSource engine) {
    Manifest manifest = command.project().manifest();
    Set<String> selected = command.selected(Set.of("source"));
    List<Node> sources =
        selected.stream()
            .flatMap(id -> manifest.node(id).stream())
            .filter(SourceFreshness::isAsked)
            .toList();
    long start = System.nanoTime();
    List<SourceFreshness> asked = new ArrayList<>();
    try (AdapterSession session = engine.open(manifest).open()) {
      RunContext context = CompileCommandRun.context(command, session, selected);
      for (Node source : sources) {
        SourceFreshness freshness = SourceFreshness.of(context, source, manifest.timeZone());
        asked.add(freshness);
        command.out().println(text.freshness(asked.size(), sources.size(), freshness));
        command.out().flush();
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    SourcesFile.write(
        command.target().path(),
        command.project().setting().invocationId(),
        command.project().setting().startedAt(),
        took,
        asked);
    List<NodeResult> results = asked.stream().map(SourceFreshness::result).toList();
    results.stream()
        .filter(r -> !r.problems().isEmpty())
        .forEach(r -> command.out().print(text.details(r, Optional.empty())));
    command.out().print(text.summary(results, took));
    command.out().flush();
    return asked.stream().noneMatch(f -> f.status() == NodeStatus.ERROR);
  }
}
