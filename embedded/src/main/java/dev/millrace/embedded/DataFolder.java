package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder {@code .millrace} of a project, which holds everything that Millrace keeps: stores,
 * data of embedded systems, logs. A marker file tells the version of its layout, so that an older
 * Millrace never misreads it.
 *
 * @param path absolute
 */
public record DataFolder(Path path) {
  /** The layout that this Millrace writes. */
  public static final int VERSION = 1;

  private static final String MARKER = "version";

  /**
   * Opens the folder of a project, and makes it if there is none.
   *
   * @throws StopException if a newer Millrace wrote it, or it cannot be read and written
   */
  public static DataFolder open(Path projectFolder) {
    Path path = projectFolder.toAbsolutePath().normalize().resolve(".millrace");
    Path marker = path.resolve(MARKER);
    try {
      Files.createDirectories(path);
      if (Files.exists(marker)) {
        requireKnown(path, Files.readString(marker).strip());
      } else {
        Files.writeString(path.resolve(".gitignore"), "*\n");
        Files.writeString(marker, VERSION + "\n");
      }
    } catch (IOException e) {
      throw unusable(path, e);
    }
    return new DataFolder(path);
  }

  private static void requireKnown(Path path, String found) {
    if (found.equals(Integer.toString(VERSION))) {
      return;
    }
    boolean newer = found.matches("\\d{1,9}") && Integer.parseInt(found) > VERSION;
    throw new StopException(
        Problem.error(
            EmbeddedError.DATA_FOLDER_VERSION,
            null,
            newer
                ? "the data folder `%s` has layout %s, this Millrace knows layouts up to %d"
                    .formatted(path, found, VERSION)
                : "the data folder `%s` has an unreadable version marker `%s`"
                    .formatted(path, found),
            newer
                ? "run it with the Millrace that wrote it or a newer one, or move the folder away"
                    + " to start afresh"
                : "restore the file `version` in it, or move the folder away to start afresh"),
        null);
  }

  /** The folder of one part, such as {@code postgres}; made if there is none. */
  public Path resolve(String part) {
    Path folder = path.resolve(part);
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw unusable(folder, e);
    }
  }

  static StopException unusable(Path path, IOException cause) {
    return new StopException(
        Problem.error(
            EmbeddedError.DATA_FOLDER_IO,
            null,
            "cannot use `%s`: %s".formatted(path, Reasons.of(cause)),
            "Millrace needs to read and write this path"),
        cause);
  }
}
