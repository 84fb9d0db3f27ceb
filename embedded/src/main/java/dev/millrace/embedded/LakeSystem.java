package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A lake of files: a folder for those of its tables, and a database file for its catalog. Nothing
 * runs; who opens the lake makes the files.
 */
public final class LakeSystem implements EmbeddedSystem {
  private final String name;
  private final Path folder;

  /**
   * A lake that is made by {@link #start}.
   *
   * @param name the system's name in the target
   * @param folder where it is
   */
  public LakeSystem(String name, Path folder) {
    this.name = name;
    this.folder = folder;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<String, Object> start() {
    Path warehouse = folder.resolve("warehouse");
    try {
      Files.createDirectories(warehouse);
    } catch (IOException e) {
      throw new StopException(
          Problem.error(
              EmbeddedError.DATA_FOLDER_IO,
              null,
              "the lake's folder `" + warehouse + "` cannot be made: " + e.getMessage(),
              "make it writable"),
          e);
    }
    return Map.of(
        "warehouse",
        warehouse.toAbsolutePath().toString(),
        "catalog",
        "jdbc:sqlite:" + folder.resolve("catalog.db").toAbsolutePath());
  }

  @Override
  public Optional<String> failure() {
    return Optional.empty();
  }

  @Override
  public void stop() {}
}
