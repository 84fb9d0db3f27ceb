package dev.millrace.lake;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.exceptions.RuntimeIOException;

/**
 * A lake that is elsewhere. A file there is whole and durable once it has been sent, and nothing
 * refers to it before. DuckDB writes local files, which are sent, and reads local copies.
 */
abstract class RemoteFiles implements LakeFiles {
  private final String warehouse;
  private final Path staging;
  private final FileCache cache;

  /** Over folders that {@link #staging} and {@link #cache} give. */
  RemoteFiles(String warehouse, Path staging, FileCache cache) {
    this.warehouse = warehouse;
    this.staging = staging;
    this.cache = cache;
  }

  static Path staging(LakeCache cache) throws IOException {
    return LakeFiles.staging(cache.folder().resolve("staging"));
  }

  static FileCache files(LakeCache cache) throws IOException {
    return new FileCache(cache.folder().resolve("files"), cache.bytes());
  }

  /** What locations begin with: {@code s3://}. */
  abstract String scheme();

  /** Sends a finished local file to its location; durable when this returns. */
  abstract void send(Path file, String location) throws IOException;

  @Override
  public final String warehouse() {
    return warehouse;
  }

  @Override
  public final String folder(String text) {
    String location = LakeFiles.normal(text);
    if (location.startsWith(scheme())) {
      return location;
    }
    if (text.startsWith("/") || text.contains(":")) {
      throw new IllegalArgumentException(text);
    }
    return warehouse + "/" + text;
  }

  @Override
  public final Path staging() {
    return staging;
  }

  @Override
  public final void place(Path file, String location) {
    try {
      send(file, location);
      // It is merged or compacted soon, perhaps.
      cache.adopt(location, file);
      cache.trim();
    } catch (IOException e) {
      throw new RuntimeIOException(e, "%s cannot be sent to %s", file, location);
    }
  }

  @Override
  public final Path local(String location) {
    return cache.path(location);
  }

  @Override
  public final void fetch(Collection<DataFile> files) {
    try {
      boolean fetched = false;
      for (DataFile file : files) {
        if (!cache.use(file.location(), file.fileSizeInBytes())) {
          try (InputStream in = io().newInputFile(file.location()).newStream()) {
            cache.put(file.location(), file.fileSizeInBytes(), in);
          }
          fetched = true;
        }
      }
      if (fetched) {
        cache.trim();
      }
    } catch (IOException e) {
      throw new RuntimeIOException(e, "files of %s cannot be read", warehouse);
    }
  }

  @Override
  public final void pin(String view, String version, List<Path> copies) {
    try {
      cache.pin(view, version, copies);
    } catch (IOException e) {
      throw new RuntimeIOException(e, "files of %s cannot be kept", warehouse);
    }
  }
}
