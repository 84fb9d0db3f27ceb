package dev.millrace.server.run;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.option.Options;
import dev.millrace.api.table.TableStoreConnector;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.LakeSystem;
import dev.millrace.engine.lake.Lake;
import dev.millrace.project.SystemSpec;
import dev.millrace.project.Target;
import java.util.Optional;

/** The lake of a project's target. */
final class TargetLake {
  private TargetLake() {}

  /** The first system that keeps tables; empty if the target has none. */
  static Optional<Lake> of(
      String project, Target target, DataFolder folder, Connectors connectors) {
    for (SystemSpec system : target.systems()) {
      for (Connector connector : connectors.all()) {
        if (connector.name().equals(system.type())
            && connector instanceof TableStoreConnector tables) {
          return Optional.of(new Lake(project, () -> tables.openStore(options(system, folder))));
        }
      }
    }
    return Optional.empty();
  }

  /** An embedded one is files alone, so there is nothing to wait for. */
  private static Options options(SystemSpec system, DataFolder folder) {
    return system.embedded()
        ? system
            .options()
            .with(new LakeSystem(system.name(), folder.resolve(system.name())).start())
        : system.options();
  }
}
