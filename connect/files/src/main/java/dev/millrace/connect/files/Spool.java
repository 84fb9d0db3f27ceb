package dev.millrace.connect.files;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.connect.files.unpack.BadContentException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A copy on this machine's disk of what cannot be read from its first byte to its last, made piece
 * by piece. It is deleted when it is closed; what a killed process left goes with {@link #clear}.
 */
final class Spool implements AutoCloseable {
  private static final int PIECE = 256 << 10;
  private static final String SUFFIX = ".spool";

  private final Path file;
  private final InputStream in;
  private final OutputStream out;
  private final long most;
  private final byte[] piece = new byte[PIECE];
  private long count;

  private Spool(Path file, InputStream in, OutputStream out, long most) {
    this.file = file;
    this.in = in;
    this.out = out;
    this.most = most;
  }

  /**
   * Begins a copy.
   *
   * @param folder made if it is missing
   * @param in not closed
   * @param most bytes that it may have
   * @throws RetryException if the disk refuses
   */
  static Spool begin(Path folder, InputStream in, long most) {
    try {
      Files.createDirectories(folder);
      Path file = Files.createTempFile(folder, "parquet-", SUFFIX);
      return new Spool(file, in, Files.newOutputStream(file), most);
    } catch (IOException e) {
      throw refused(folder, e);
    }
  }

  /**
   * Goes on; true once all is there.
   *
   * @param until in nanoseconds of the system's own time
   * @throws BadContentException if it is too large
   * @throws RetryException if the disk refuses
   */
  boolean goOn(long until) throws IOException {
    do {
      int read = in.read(piece);
      if (read < 0) {
        end();
        return true;
      }
      count += read;
      if (count > most) {
        throw new BadContentException(
            "its copy on disk would have more than " + most + " bytes (`max_spool`)");
      }
      write(read);
    } while (System.nanoTime() < until);
    return false;
  }

  private void write(int length) {
    try {
      out.write(piece, 0, length);
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  private void end() {
    try {
      out.close();
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  Path file() {
    return file;
  }

  private static RetryException refused(Path where, IOException e) {
    return new RetryException(
        Problem.error(
            FilesError.FILES_SPOOL,
            null,
            "a Parquet file cannot be copied to `%s`: %s".formatted(where, e.getMessage()),
            "make room there, or name another folder in `spool`"),
        e);
  }

  /** Deletes what a process that was killed left in the folder. */
  static void clear(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path copy : left) {
        Files.deleteIfExists(copy);
      }
    } catch (IOException e) {
      throw refused(folder, e);
    }
  }

  @Override
  public void close() {
    try (out) {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The next start deletes it.
    }
  }
}
