package dev.millrace.server.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Options;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.InstanceLock;
import dev.millrace.engine.EngineOptions;
import dev.millrace.engine.StoppedLedgers;
import dev.millrace.engine.store.StoreError;
import dev.millrace.project.Project;
import dev.millrace.project.SourceSpec;
import dev.millrace.project.SystemSpec;
import dev.millrace.server.FileSelection;
import dev.millrace.server.ProjectFiles;
import dev.millrace.sql.gate.QueryPlace;
import dev.millrace.sql.gate.QueryRunner;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What can be done to a project that does not run, with the systems that it needs and no others;
 * nobody can run it meanwhile.
 */
public final class StoppedProject {
  private static final long MEMORY = 256L << 20;

  private StoppedProject() {}

  /**
   * Amends the ledgers' entries of files. An embedded Kafka is started for it, and an embedded
   * system in which others share a ledger.
   *
   * @return as {@link ProjectFiles#amend}
   * @throws StopException if there is none with these paths, the project runs, or a system does not
   *     start
   * @throws dev.millrace.api.error.RetryException if a system does not answer
   */
  public static ObjectNode amendFiles(
      Project project, LedgerAction action, FileSelection selection) {
    return with(
        project,
        ledgers -> {
          ObjectNode amended = amend(project, ledgers, action, selection);
          ledgers.catchUp();
          return amended;
        });
  }

  /**
   * Takes the files that a source's ledger has for those that are there now, though its folder or
   * its {@code identity} is another one. Systems are started as for {@link #amendFiles}.
   *
   * @return how many files that are
   * @throws StopException if there is no such source, the project runs, or a system does not start
   * @throws dev.millrace.api.error.RetryException if a system does not answer
   */
  public static int keepFiles(Project project, String source) {
    return with(
        project,
        ledgers -> {
          int kept = ledgers.keep(source);
          ledgers.catchUp();
          return kept;
        });
  }

  /** What is done with ledgers. */
  @FunctionalInterface
  private interface Work<T> {
    T with(StoppedLedgers ledgers) throws SQLException;
  }

  private static <T> T with(Project project, Work<T> work) {
    Set<String> shared =
        project.sources().stream()
            .map(SourceSpec::ledger)
            .flatMap(Optional::stream)
            .collect(Collectors.toSet());
    DataFolder folder = DataFolder.open(project.folder());
    try (InstanceLock lock = InstanceLock.acquire(folder);
        EmbeddedSystems systems =
            new EmbeddedSystems(project, folder, system -> shared.contains(system.name()))) {
      systems.awaitKafka();
      try (StoppedLedgers ledgers =
          StoppedLedgers.open(project, options(project, folder, systems))) {
        return work.with(ledgers);
      }
    } catch (SQLException e) {
      throw new StopException(
          Problem.error(
              StoreError.STATEMENT_FAILED, null, "the store failed: " + e.getMessage(), null),
          e);
    }
  }

  private static EngineOptions options(
      Project project, DataFolder folder, EmbeddedSystems systems) {
    Map<String, Map<String, Object>> started = systems.awaitOthers();
    Map<String, Options> known = new HashMap<>();
    for (SystemSpec system : project.target().systems()) {
      if (!system.embedded()) {
        known.put(system.name(), system.options());
      } else if (started.containsKey(system.name())) {
        known.put(system.name(), system.options().with(started.get(system.name())));
      }
    }
    Connectors connectors = new Connectors();
    return new EngineOptions(
        folder.resolve("store"),
        systems.cluster(),
        connectors.sources(),
        connectors.sinks(),
        known,
        false,
        MEMORY,
        Math.max(2, Runtime.getRuntime().availableProcessors()),
        Clock.systemUTC(),
        systems::status,
        Optional.empty());
  }

  private static ObjectNode amend(
      Project project, StoppedLedgers ledgers, LedgerAction action, FileSelection selection)
      throws SQLException {
    try (Connection connection = ledgers.read();
        QueryRunner runner = new QueryRunner()) {
      List<String> sources = project.sources().stream().map(SourceSpec::name).toList();
      return new ProjectFiles(
              sources,
              (sql, limits) ->
                  runner.run(connection, sql, List.of(), QueryPlace.inText("files", sql), limits))
          .amend(ledgers::amend, action, selection);
    }
  }
}
