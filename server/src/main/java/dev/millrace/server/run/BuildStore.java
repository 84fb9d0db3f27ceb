package dev.millrace.server.run;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.InstanceLock;
import dev.millrace.engine.ProjectFunctions;
import dev.millrace.engine.batch.BatchLimits;
import dev.millrace.engine.batch.StoreAdapter;
import dev.millrace.engine.lake.Lake;
import dev.millrace.engine.lake.LakeRows;
import dev.millrace.engine.lake.LakeVersions;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.project.ProjectLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A project's store while models are built in it and no instance runs: nobody else opens it
 * meanwhile. For one thread.
 */
public final class BuildStore implements AutoCloseable {
  private final Path folder;
  private final OptionalLong memory;
  private @Nullable InstanceLock lock;
  private @Nullable Store store;
  private @Nullable Lake lake;
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
   * Opens it.
   *
   * @throws dev.millrace.api.error.StopException if an instance has it
   */
  public Adapter adapter(Manifest manifest) {
    DataFolder data = DataFolder.open(folder);
    lock = InstanceLock.acquire(data);
    int processors = Runtime.getRuntime().availableProcessors();
    Store opened =
        Store.open(
            new StoreOptions(
                    data.resolve("store"),
                    manifest.timeZone(),
                    memory.orElse(StoreOptions.ENGINES_OWN),
                    processors)
                .with(ProjectFunctions.load(folder, new Problems())));
    store = opened;
    Optional<Lake> found = lake(manifest, data);
    lake = found.orElse(null);
    lakeRows = found.map(l -> LakeRows.open(opened, l)).orElse(null);
    return new StoreAdapter(opened, BatchLimits.alone(processors), folder, tables -> {}, found);
  }

  /** The target's lake, if a model is in it or reads it. */
  private Optional<Lake> lake(Manifest manifest, DataFolder data) {
    return manifest.nodes().values().stream()
            .anyMatch(n -> n.lake().isPresent() || LakeVersions.mentions(n.code()))
        ? lake(folder, manifest.projectName(), manifest.target().name(), data)
        : Optional.empty();
  }

  /** The lake of a project's target; empty without one. */
  static Optional<Lake> lake(Path folder, String project, @Nullable String asked, DataFolder data) {
    if (!Files.isRegularFile(folder.resolve("millrace.yml"))) {
      return Optional.empty();
    }
    Connectors connectors = new Connectors();
    // Beside a dbt_project.yml, targets are those of profiles.yml.
    String target = Files.isRegularFile(folder.resolve("dbt_project.yml")) ? null : asked;
    return TargetLake.of(
        project,
        new ProjectLoader(connectors.all(), new DbtTemplates(), System.getenv())
            .target(folder, target),
        data,
        connectors);
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
