package dev.millrace.server.run;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.adapter.AdapterException;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.ExportRequest;
import dev.millrace.dbt.adapter.ExportResult;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.InstanceLock;
import dev.millrace.engine.ProjectFunctions;
import dev.millrace.engine.batch.BatchLimits;
import dev.millrace.engine.batch.StoreAdapter;
import dev.millrace.engine.lake.Lake;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.project.Project;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Exports of a project that does not run; nobody can run it meanwhile. */
public final class StoppedExport {
  private StoppedExport() {}

  /**
   * Exports a table.
   *
   * @param folder of the project
   * @param project empty for a dbt project, which has no lake
   * @param memory cap of the store's memory in bytes; empty: DuckDB's own
   * @param started gets what cancels it, from another thread
   * @throws dev.millrace.api.error.StopException if a person has to change something
   * @throws AdapterException if the table cannot be read
   */
  public static ExportResult run(
      Path folder,
      Optional<Project> project,
      OptionalLong memory,
      ExportRequest request,
      Consumer<Runnable> started) {
    Path absolute = folder.toAbsolutePath().normalize();
    DataFolder data = DataFolder.open(absolute);
    int processors = Runtime.getRuntime().availableProcessors();
    ZoneId zone = project.map(Project::timeZone).orElse(ZoneOffset.UTC);
    Optional<StoppedLake> stopped =
        project.map(
            p -> new StoppedLake(p.name(), p.target(), data, new Connectors(), Optional.empty()));
    Optional<Lake> lake = stopped.flatMap(StoppedLake::lake);
    StoreOptions options =
        new StoreOptions(
                data.resolve("store"), zone, memory.orElse(StoreOptions.ENGINES_OWN), processors)
            .with(ProjectFunctions.load(absolute, new Problems()));
    try (InstanceLock lock = InstanceLock.acquire(data);
        Store store = Store.open(options);
        AdapterSession session =
            new StoreAdapter(store, BatchLimits.alone(processors), absolute, tables -> {}, lake)
                .open()) {
      started.accept(session::cancel);
      return session.export(request);
    } finally {
      stopped.ifPresent(StoppedLake::close);
    }
  }
}
