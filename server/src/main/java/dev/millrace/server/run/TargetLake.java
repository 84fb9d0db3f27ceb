package dev.millrace.server.run;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.option.Options;
import dev.millrace.api.table.TableStoreConnector;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.HdfsSystem;
import dev.millrace.embedded.LakeSystem;
import dev.millrace.engine.lake.Lake;
import dev.millrace.project.SystemSpec;
import dev.millrace.project.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The lake of a project's target. */
final class TargetLake {
  private TargetLake() {}

  /**
   * The first system that keeps tables; empty if the target has none.
   *
   * @param hdfs waits until the target's embedded HDFS runs and gives its options; asked only if
   *     the lake has its files there
   */
  static Optional<Lake> of(
      String project,
      Target target,
      DataFolder folder,
      Connectors connectors,
      Supplier<Map<String, Object>> hdfs) {
    for (SystemSpec system : target.systems()) {
      for (Connector connector : connectors.all()) {
        if (connector.name().equals(system.type())
            && connector instanceof TableStoreConnector tables) {
          return Optional.of(
              new Lake(
                  project,
                  folder.path().toString(),
                  () -> tables.openStore(options(system, project, target, folder, hdfs))));
        }
      }
    }
    return Optional.empty();
  }

  private static Options options(
      SystemSpec system,
      String project,
      Target target,
      DataFolder folder,
      Supplier<Map<String, Object>> hdfs) {
    return system.embedded()
        ? system.options().with(embedded(system, project, target, folder, hdfs).start())
        : system.options();
  }

  /**
   * An embedded lake. It is files alone: on the local disk there is nothing to wait for.
   *
   * @param hdfs as for {@link #of}
   */
  static LakeSystem embedded(
      SystemSpec system,
      String project,
      Target target,
      DataFolder folder,
      Supplier<Map<String, Object>> hdfs) {
    return new LakeSystem(
        system.name(),
        project,
        folder.resolve(system.name()),
        hdfs(target).map(spec -> spec.embedded() ? hdfs : () -> options(spec.options())));
  }

  /** The system in which the target's embedded lake has its files; empty if that is the disk. */
  static Optional<SystemSpec> hdfs(Target target) {
    return target.systems().stream().filter(s -> s.type().equals(HdfsSystem.TYPE)).findFirst();
  }

  private static Map<String, Object> options(Options hdfs) {
    Map<String, Object> given = new HashMap<>();
    given.put(HdfsSystem.URL, hdfs.text(HdfsSystem.URL));
    if (hdfs.has(HdfsSystem.NAMENODE)) {
      given.put(HdfsSystem.NAMENODE, hdfs.texts(HdfsSystem.NAMENODE));
    }
    hdfs.optionalText(HdfsSystem.USER).ifPresent(user -> given.put(HdfsSystem.USER, user));
    return given;
  }
}
