package dev.millrace.connect.files.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder of this machine. Links to files are followed, links to folders are not. */
public final class LocalStore implements FileStore {
  private static final Logger LOG = LoggerFactory.getLogger(LocalStore.class);

  private final Path root;
  private final FolderWatch watch = new FolderWatch();

  /**
   * Files below a folder.
   *
   * @param root absolute
   */
  public LocalStore(Path root) {
    this.root = root;
  }

  @Override
  public String place() {
    return root.toString();
  }

  @Override
  public void list(String folder, Consumer<StoredFile> each) throws IOException {
    String before = folder.isEmpty() ? "" : folder + "/";
    // Before the listing, so that nothing comes in between.
    watch.add(root.resolve(folder));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folder))) {
      for (Path entry : entries) {
        Optional<StoredFile> found;
        try {
          found = stored(before + entry.getFileName(), entry);
        } catch (AccessDeniedException e) {
          throw e;
        } catch (FileSystemException e) {
          LOG.debug("{} is passed over: {}", entry, e.toString());
          continue;
        }
        found.ifPresent(each);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  @Override
  public Optional<StoredFile> find(String path) throws IOException {
    return stored(path, root.resolve(path));
  }

  private static Optional<StoredFile> stored(String path, Path file) throws IOException {
    try {
      BasicFileAttributes found =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      boolean folder = found.isDirectory();
      if (found.isSymbolicLink()) {
        Optional<BasicFileAttributes> target = target(file);
        if (target.isEmpty()) {
          return Optional.empty();
        }
        found = target.get();
      }
      if (!folder && !found.isRegularFile()) {
        return Optional.empty();
      }
      return Optional.of(
          new StoredFile(
              path,
              folder,
              folder ? 0 : found.size(),
              found.lastModifiedTime().toInstant().truncatedTo(ChronoUnit.MILLIS)));
    } catch (NoSuchFileException e) {
      // Gone since the listing, or a link to nothing.
      return Optional.empty();
    }
  }

  /** What a link leads to; empty if that is nothing, the link itself, or out of reach. */
  private static Optional<BasicFileAttributes> target(Path link) throws IOException {
    try {
      return Optional.of(Files.readAttributes(link, BasicFileAttributes.class));
    } catch (FileSystemException e) {
      LOG.debug("{} is passed over: {}", link, e.toString());
      return Optional.empty();
    }
  }

  @Override
  public InputStream read(String path) throws IOException {
    return new Reading(path, Files.newInputStream(root.resolve(path)));
  }

  /** A file's bytes; a disk that cannot read them says so of this file. */
  private static final class Reading extends FilterInputStream {
    private final String path;

    Reading(String path, InputStream in) {
      super(in);
      this.path = path;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (FileSystemException e) {
        throw e;
      } catch (IOException e) {
        FileSystemException failure = new FileSystemException(path, null, e.getMessage());
        failure.initCause(e);
        throw failure;
      }
    }
  }

  @Override
  public Optional<Path> local(String path) {
    return Optional.of(root.resolve(path));
  }

  @Override
  public void delete(String path) throws IOException {
    Files.delete(root.resolve(path));
  }

  @Override
  public void move(String from, String to) throws IOException {
    Path target = root.resolve(to);
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.move(root.resolve(from), target);
  }

  @Override
  public boolean await(long nanos) throws InterruptedException {
    return watch.await(nanos);
  }

  @Override
  public void close() {
    watch.close();
  }
}
