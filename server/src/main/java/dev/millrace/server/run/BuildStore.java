package dev.millrace.server.run;

import dev.millrace.api.error.Problems;
import dev.millrace.api.job.JobLog;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.InstanceLock;
import dev.millrace.engine.ProjectFunctions;
import dev.millrace.engine.batch.BatchLimits;
import dev.millrace.engine.batch.StoreAdapter;
import dev.millrace.engine.job.JobTables;
import dev.millrace.engine.lake.Lake;
import dev.millrace.engine.lake.LakeRows;
import dev.millrace.engine.lake.LakeVersions;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.project.ProjectLoader;
import dev.millrace.project.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A project's store while models are built in it and no instance runs: nobody else opens it
 * meanwhile. For one build at a time.
 */
public final class BuildStore implements AutoCloseable {
  private final Path folder;
  private final OptionalLong memory;
  private @Nullable InstanceLock lock;
  private @Nullable Store store;
  private @Nullable StoppedLake lake;
  private @Nullable LakeRows lakeRows;

  /**
   * A store that is opened when it is first asked for.
   *
   * @param folder of the project
   * @param memory cap of its memory in bytes; empty: DuckDB's own
   */
  public BuildStore(Path folder, OptionalLong memory) {
    this.folder = folder.toAbsolutePath().normalize();
    this.memory = memory;
  }

  /**
   * Where models are built.
   *
   * @throws dev.millrace.api.error.StopException if an instance has it
   */
  public Adapter adapter(Manifest manifest) {
    Store opened = open(manifest.timeZone());
    if (lake == null) {
      lake = lake(manifest, DataFolder.open(folder)).orElse(null);
      Optional<Lake> found = Optional.ofNullable(lake).flatMap(StoppedLake::lake);
      lakeRows = found.map(l -> LakeRows.open(opened, l)).orElse(null);
    }
    return new StoreAdapter(
        opened,
        BatchLimits.alone(Runtime.getRuntime().availableProcessors()),
        folder,
        tables -> {},
        Optional.ofNullable(lake).flatMap(StoppedLake::lake));
  }

  /**
   * What became of the project's jobs.
   *
   * @param zone of the project
   * @throws dev.millrace.api.error.StopException if an instance has it
   */
  public JobLog jobLog(ZoneId zone) {
    return JobTables.prepare(open(zone));
  }

  private synchronized Store open(ZoneId zone) {
    Store known = store;
    if (known == null) {
      DataFolder data = DataFolder.open(folder);
      lock = InstanceLock.acquire(data);
      known =
          Store.open(
              new StoreOptions(
                      data.resolve("store"),
                      zone,
                      memory.orElse(StoreOptions.ENGINES_OWN),
                      Runtime.getRuntime().availableProcessors())
                  .with(ProjectFunctions.load(folder, new Problems())));
      store = known;
    }
    return known;
  }

  /** The target's lake, if a model is in it or reads it. */
  private Optional<StoppedLake> lake(Manifest manifest, DataFolder data) {
    return manifest.nodes().values().stream()
            .anyMatch(n -> n.lake().isPresent() || LakeVersions.mentions(n.code()))
        ? lake(folder, manifest.projectName(), manifest.target().name(), data, Optional.empty())
        : Optional.empty();
  }

  /** The lake of a project's target; empty without millrace.yml. */
  static Optional<StoppedLake> lake(
      Path folder,
      String project,
      @Nullable String asked,
      DataFolder data,
      Optional<InstanceLock> lock) {
    if (!Files.isRegularFile(folder.resolve("millrace.yml"))) {
      return Optional.empty();
    }
    Connectors connectors = new Connectors();
    // Beside a dbt_project.yml, targets are those of profiles.yml.
    String target = Files.isRegularFile(folder.resolve("dbt_project.yml")) ? null : asked;
    Target systems =
        new ProjectLoader(connectors.all(), new DbtTemplates(), System.getenv())
            .target(folder, target);
    return Optional.of(new StoppedLake(project, systems, data, connectors, lock));
  }

  @Override
  public void close() {
    if (lakeRows != null) {
      lakeRows.close();
    }
    if (lake != null) {
      lake.close();
    }
    if (store != null) {
      store.close();
    }
    if (lock != null) {
      lock.close();
    }
  }
}
