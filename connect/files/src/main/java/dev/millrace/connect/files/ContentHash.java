package dev.millrace.connect.files;

import dev.millrace.connect.files.store.FileStore;
import dev.millrace.connect.files.store.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The SHA-256 of a file, taken piece by piece. */
final class ContentHash implements AutoCloseable {
  private static final int PIECE = 256 << 10;

  private final StoredFile file;
  private final InputStream in;
  private final MessageDigest digest;
  private final byte[] piece = new byte[PIECE];
  private long count;

  private ContentHash(StoredFile file, InputStream in) {
    this.file = file;
    this.in = in;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static ContentHash open(FileStore store, StoredFile file) throws IOException {
    return new ContentHash(file, store.read(file.path()));
  }

  StoredFile file() {
    return file;
  }

  /**
   * Goes on; the hash in hexadecimal digits once all was read.
   *
   * @param until in nanoseconds of the system's own time
   */
  Optional<String> goOn(long until) throws IOException {
    do {
      int read = in.read(piece);
      if (read < 0) {
        if (count < file.size()) {
          throw new FileSystemException(
              file.path(), null, "only %d of %d bytes came".formatted(count, file.size()));
        }
        return Optional.of(HexFormat.of().formatHex(digest.digest()));
      }
      digest.update(piece, 0, read);
      count += read;
    } while (System.nanoTime() < until);
    return Optional.empty();
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      // Nothing more is wanted of it.
    }
  }
}
