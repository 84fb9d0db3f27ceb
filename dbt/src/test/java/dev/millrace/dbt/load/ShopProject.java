package dev.millrace.dbt.load;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The project {@code shop} of the tests, which has something of everything. */
public final class ShopProject {
  private ShopProject() {}

  /** Where it is. */
  public static Path folder() {
    try {
      return Path.of(ShopProject.class.getResource("/dev/millrace/dbt/shop").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Loads it, or a copy of it; warnings fail. */
  public static LoadedProject load(Path folder) {
    Problems problems = new Problems();
    LoadedProject project = DbtProjects.load(folder, LoadSetting.of(Map.of()), problems);
    List<Problem> found = problems.all();
    if (!found.isEmpty()) {
      throw new AssertionError(found.toString());
    }
    return project;
  }

  /** Copies it to a folder. */
  public static Path copy(Path to) {
    Path from = folder();
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return to;
  }
}
