package dev.millrace.connect.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file's bytes as its store has them. Whoever unpacks or reads them may hide why that failed;
 * this remembers it if it was the store.
 */
final class FileBytes extends InputStream {
  private final InputStream in;
  private long count;
  private @Nullable IOException failure;

  FileBytes(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int read = read(one, 0, 1);
    return read < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      int read = in.read(bytes, offset, length);
      count += Math.max(0, read);
      return read;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /** Bytes so far. */
  long count() {
    return count;
  }

  /** Why the store could not go on. */
  Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
