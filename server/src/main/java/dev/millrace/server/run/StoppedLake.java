package dev.millrace.server.run;

import dev.millrace.embedded.DataFolder;
import dev.millrace.engine.lake.Lake;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The lake of a project that does not run. */
public final class StoppedLake {
  private StoppedLake() {}

  /**
   * The lake, which the caller closes; empty if the target has none.
   *
   * @param folder of the project
   * @param target by name; null for the project's own choice
   * @throws dev.millrace.api.error.StopException if the target is not right
   */
  public static Optional<Lake> of(Path folder, @Nullable String target) {
    Path absolute = folder.toAbsolutePath().normalize();
    return BuildStore.lake(absolute, "", target, DataFolder.open(absolute));
  }
}
