package dev.millrace.server.run;

import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.HdfsSystem;
import dev.millrace.embedded.InstanceLock;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.Supervisor;
import dev.millrace.engine.lake.Lake;
import dev.millrace.project.Target;
import dev.millrace.server.LakeAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The lake of a project that does not run, and whose folder nobody else has. If its files are in an
 * embedded HDFS, that is started when the lake is first needed.
 */
public final class StoppedLake implements LakeAccess {
  private final Target target;
  private final DataFolder folder;
  private final Optional<Lake> lake;
  private final Optional<InstanceLock> lock;
  private volatile @Nullable Supervisor hdfs;

  /**
   * A lake that is opened when it is needed.
   *
   * @param lock of the folder, given back with the lake; empty if the caller has it
   */
  StoppedLake(
      String project,
      Target target,
      DataFolder folder,
      Connectors connectors,
      Optional<InstanceLock> lock) {
    this.lock = lock;
    this.target = target;
    this.folder = folder;
    this.lake = TargetLake.of(project, target, folder, connectors, this::startHdfs);
  }

  /**
   * The lake of a project's folder.
   *
   * @param target by name; null for the project's own choice
   * @throws dev.millrace.api.error.StopException if the target is not right, or an instance has it
   */
  public static LakeAccess of(Path folder, @Nullable String target) {
    Path absolute = folder.toAbsolutePath().normalize();
    DataFolder data = DataFolder.open(absolute);
    InstanceLock lock = InstanceLock.acquire(data);
    try {
      Optional<StoppedLake> lake = BuildStore.lake(absolute, "", target, data, Optional.of(lock));
      if (lake.isEmpty()) {
        lock.close();
      }
      return lake.<LakeAccess>map(l -> l).orElse(LakeAccess.NONE);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  @Override
  public Optional<Lake> lake() {
    return lake;
  }

  private Map<String, Object> startHdfs() {
    String name = TargetLake.hdfs(target).orElseThrow().name();
    Supervisor started =
        new Supervisor(List.of(new HdfsSystem(name, folder.resolve(name), new Ports(folder))));
    hdfs = started;
    return Objects.requireNonNull(started.start().get(name));
  }

  @Override
  public void close() {
    lake.ifPresent(Lake::close);
    Supervisor started = hdfs;
    if (started != null) {
      started.close();
    }
    lock.ifPresent(InstanceLock::close);
  }
}
