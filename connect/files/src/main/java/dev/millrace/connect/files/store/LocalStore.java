package dev.millrace.connect.files.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;

/** A folder of this machine. Links to files are followed, links to folders are not. */
public final class LocalStore implements FileStore {
  private final Path root;

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
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folder))) {
      for (Path entry : entries) {
        stored(before + entry.getFileName(), entry).ifPresent(each);
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
        found = Files.readAttributes(file, BasicFileAttributes.class);
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

  @Override
  public InputStream read(String path) throws IOException {
    return Files.newInputStream(root.resolve(path));
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
  public void close() {
    // Nothing is open between calls.
  }
}
