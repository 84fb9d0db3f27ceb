package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A lake of files: a folder for those of its tables, here or in HDFS, and a database file for its
 * catalog. Nothing runs; who opens the lake makes the files.
 */
public final class LakeSystem implements EmbeddedSystem {
  private final String name;
  private final String project;
  private final Path folder;
  private final Optional<Supplier<Map<String, Object>>> hdfs;

  /**
   * A lake that is made by {@link #start}.
   *
   * @param name the system's name in the target
   * @param project whose it is
   * @param folder where it is; where files are in HDFS, copies of them are kept there
   * @param hdfs the options of a system of type {@code hdfs}, where files are in one
   */
  public LakeSystem(
      String name, String project, Path folder, Optional<Supplier<Map<String, Object>>> hdfs) {
    this.name = name;
    this.project = project;
    this.folder = folder.toAbsolutePath();
    this.hdfs = hdfs;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<String, Object> start() {
    return hdfs.isPresent() ? inHdfs(hdfs.get().get()) : onDisk();
  }

  private Map<String, Object> onDisk() {
    Path warehouse = made(folder.resolve("warehouse"));
    return Map.of("warehouse", warehouse.toString(), "catalog", catalog("catalog.db"));
  }

  /** A catalog of its own, as its files are elsewhere. */
  private Map<String, Object> inHdfs(Map<String, Object> system) {
    Map<String, Object> options = new HashMap<>();
    options.put("warehouse", system.get(HdfsSystem.URL) + "/millrace/" + project);
    options.put("catalog", catalog("catalog-hdfs.db"));
    options.put("cache", made(folder.resolve("cache")).toString());
    if (system.containsKey(HdfsSystem.NAMENODE)) {
      options.put("namenode", system.get(HdfsSystem.NAMENODE));
    }
    if (system.containsKey(HdfsSystem.USER)) {
      options.put("hdfs_user", system.get(HdfsSystem.USER));
    }
    return options;
  }

  private String catalog(String file) {
    return "jdbc:sqlite:" + folder.resolve(file);
  }

  private static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new StopException(
          Problem.error(
              EmbeddedError.DATA_FOLDER_IO,
              null,
              "the lake's folder `" + folder + "` cannot be made: " + e.getMessage(),
              "make it writable"),
          e);
    }
  }

  @Override
  public Optional<String> failure() {
    return Optional.empty();
  }

  @Override
  public void stop() {}
}
