package dev.millrace.engine;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.option.Options;
import dev.millrace.log.LogError;
import dev.millrace.log.SourceRunner;
import dev.millrace.log.SourceState;
import dev.millrace.project.Project;
import dev.millrace.project.SourceSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The sources that this project runs, each once its system does. Thread-safe. */
final class SourceRunners {
  private final Project project;
  private final EngineOptions options;
  private final SourceTasks tasks;
  private volatile Map<String, SourceRunner> running = Map.of();
  private boolean stopped;

  /**
   * None of them runs yet.
   *
   * @param systems the options of those that run by now, by name; more may come
   */
  SourceRunners(Project project, EngineOptions options, Map<String, Options> systems) {
    this.project = project;
    this.options = options;
    this.tasks = new SourceTasks(project, options, systems);
  }

  /** The connector of each source that this project runs, by the source's name. */
  Map<String, SourceConnector> connectors() {
    return tasks.connectors();
  }

  /** Those that were started, by name; a snapshot. */
  Map<String, SourceRunner> running() {
    return running;
  }

  /** Starts those that do not run yet and whose system does, unless they were stopped. */
  synchronized void start() {
    if (stopped) {
      return;
    }
    Map<String, SourceRunner> runners = new LinkedHashMap<>(running);
    waiting()
        .filter(tasks::isReady)
        .forEach(s -> runners.put(s.name(), SourceRunner.start(options.cluster(), tasks.of(s))));
    running = Collections.unmodifiableMap(runners);
  }

  private Stream<SourceSpec> waiting() {
    return project.sources().stream()
        .filter(s -> s.connector().isPresent() && !running.containsKey(s.name()));
  }

  /** Those that have not ended, by name. */
  List<String> unbounded() {
    return Stream.concat(
            waiting().map(SourceSpec::name),
            running.entrySet().stream()
                .filter(s -> s.getValue().state().status() != SourceState.Status.ENDED)
                .map(Map.Entry::getKey))
        .toList();
  }

  /**
   * Those that have not ended or failed and may have more to read, by name.
   *
   * @param since when the last source ended, by {@link System#nanoTime}: only who has looked after
   *     that has seen what it left
   */
  List<String> busy(long since) {
    return unbounded().stream()
        .filter(name -> !hasFailed(name) && !isIdle(running.get(name), since))
        .toList();
  }

  private static boolean isIdle(@Nullable SourceRunner source, long since) {
    if (source == null || source.state().status() != SourceState.Status.RUNNING) {
      return false;
    }
    OptionalLong asOf = source.state().idleAsOf();
    return asOf.isPresent() && asOf.getAsLong() - since > 0;
  }

  /** Stops them for good. */
  void stop() {
    synchronized (this) {
      stopped = true;
    }
    running.values().forEach(SourceRunner::close);
  }

  /** What is wrong with them now. */
  Stream<Problem> problems() {
    return running.values().stream().flatMap(s -> s.state().problems().stream());
  }

  /** True if one needs a person. */
  boolean hasFailed() {
    return running.keySet().stream().anyMatch(this::hasFailed);
  }

  /** True if this one needs a person; false for one that others write. */
  boolean hasFailed(String name) {
    SourceRunner runner = running.get(name);
    return runner != null && runner.state().status() == SourceState.Status.FAILED;
  }

  /** As {@link Instance#amend}. */
  Set<String> amend(String source, LedgerAction action, Set<String> keys) {
    SourceRunner runner = running.get(source);
    if (runner != null) {
      return runner.amend(action, keys);
    }
    if (waiting().noneMatch(s -> s.name().equals(source))) {
      throw unknown(source, connectors().keySet());
    }
    throw new RetryException(
        Problem.error(
            LogError.LEDGER_BUSY,
            null,
            "source `" + source + "` does not run yet: its system is still being started",
            "try again in a moment"),
        null);
  }

  /** There is no source of this name. */
  static StopException unknown(String source, Set<String> known) {
    return new StopException(
        Problem.error(
            LogError.LEDGER_BUSY,
            null,
            "the project has no source `" + source + "`",
            Suggestion.didYouMean(source, known)),
        null);
  }
}
