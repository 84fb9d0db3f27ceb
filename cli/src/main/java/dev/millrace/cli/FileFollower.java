package dev.millrace.cli;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Prints a file that grows, from its beginning; it need not be there yet. For one thread. */
final class FileFollower implements AutoCloseable {
  private final Path file;
  private final PrintWriter out;
  private final char[] buffer = new char[4096];
  private @Nullable Reader reader;

  FileFollower(Path file, PrintWriter out) {
    this.file = file;
    this.out = out;
  }

  /** Prints what has come. */
  void copy() throws IOException {
    Reader open = reader;
    if (open == null) {
      if (!Files.exists(file)) {
        return;
      }
      open = new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8);
      reader = open;
    }
    for (int read = open.read(buffer); read > 0; read = open.read(buffer)) {
      out.write(buffer, 0, read);
    }
    out.flush();
  }

  @Override
  public void close() throws IOException {
    Reader open = reader;
    if (open != null) {
      copy();
      open.close();
    }
  }
}
