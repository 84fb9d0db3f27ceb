package dev.millrace.connect.files.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A tree of files somewhere, used by one thread. Paths are relative to its root, with {@code /}
 * between names; the root itself is the empty path. A method throws {@link
 * java.nio.file.NoSuchFileException} if there is no such file, {@link
 * java.nio.file.AccessDeniedException} if the store refuses, another {@link
 * java.nio.file.FileSystemException} if it says anything else about that file, and any other {@link
 * IOException} if the store is away; after that the next call connects again.
 */
public interface FileStore extends Closeable {
  /** Where it is, for messages; without credentials. */
  String place();

  /** Tells of everything directly in a folder, in any order; names beginning with a dot too. */
  void list(String folder, Consumer<StoredFile> each) throws IOException;

  /** The file or folder at a path; empty if there is none. */
  Optional<StoredFile> find(String path) throws IOException;

  /**
   * The bytes of a file, from its first to its last. A stream that ends before the file does throws
   * an {@link IOException}; one that is closed early may cost a new connection.
   */
  InputStream read(String path) throws IOException;

  /** Where a file is on a disk of this machine; empty if it is not on one. */
  default Optional<Path> local(String path) {
    return Optional.empty();
  }

  /** Deletes a file. */
  void delete(String path) throws IOException;

  /** Moves a file; makes the folder that it goes to. Whatever is at {@code to} is not replaced. */
  void move(String from, String to) throws IOException;

  /**
   * Waits.
   *
   * @param nanos how long at most
   * @return true as soon as the store knows that something has come or changed in a folder that was
   *     listed; one that cannot know waits to the end
   */
  default boolean await(long nanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(nanos);
    return false;
  }

  /** Frees everything; never throws. */
  @Override
  void close();
}
