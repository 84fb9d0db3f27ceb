package dev.millrace.lake;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** A lake on the local disk: DuckDB reads the files where they are. */
record LocalFiles(String warehouse, Path staging, LocalFileIO files) implements LakeFiles {
  static LocalFiles open(String warehouse) throws IOException {
    Path folder = LocalFileIO.path(warehouse);
    return new LocalFiles(
        warehouse, LakeFiles.staging(folder.resolve(".staging")), new LocalFileIO());
  }

  @Override
  public String folder(String text) {
    return LocalFileIO.location(
        LocalFileIO.path(warehouse).resolve(LocalFileIO.path(text)).normalize());
  }

  @Override
  public SupportsPrefixOperations io() {
    return files;
  }

  @Override
  public void place(Path file, String location) {
    try {
      LocalFileIO.move(file, LocalFileIO.path(location));
    } catch (IOException e) {
      throw new RuntimeIOException(e, "%s cannot be moved to %s", file, location);
    }
  }

  @Override
  public Path local(String location) {
    return LocalFileIO.path(location);
  }

  @Override
  public void fetch(Collection<DataFile> wanted) {}

  /** They live as long as their version. */
  @Override
  public void pin(String view, String version, List<Path> copies) {}
}
