package dev.millrace.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Prints a text file that grows, from its beginning, line by line, since a character may be only
 * half written; it need not be there yet. For one thread.
 */
final class FileFollower implements AutoCloseable {
  private final Path file;
  private final PrintWriter out;
  private final byte[] buffer = new byte[8192];
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
  private @Nullable InputStream in;

  FileFollower(Path file, PrintWriter out) {
    this.file = file;
    this.out = out;
  }

  /** Prints the lines that have come. */
  void copy() throws IOException {
    InputStream open = in;
    if (open == null) {
      if (!Files.exists(file)) {
        return;
      }
      open = Files.newInputStream(file);
      in = open;
    }
    for (int read = open.read(buffer); read > 0; read = open.read(buffer)) {
      int end = read;
      while (end > 0 && buffer[end - 1] != '\n') {
        end--;
      }
      begun.write(buffer, 0, end);
      if (end > 0) {
        print();
      }
      begun.write(buffer, end, read - end);
    }
    out.flush();
  }

  private void print() {
    out.print(begun.toString(StandardCharsets.UTF_8));
    begun.reset();
  }

  /** Prints what has come, and closes the file. */
  @Override
  public void close() throws IOException {
    InputStream open = in;
    if (open != null) {
      copy();
      print();
      out.flush();
      open.close();
    }
  }
}
