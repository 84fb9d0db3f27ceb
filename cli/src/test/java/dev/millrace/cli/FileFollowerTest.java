package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFollowerTest {
  @TempDir Path folder;

  @Test
  void aCharacterMayBeHalfWritten() throws Exception {
    Path file = folder.resolve("log");
    StringWriter out = new StringWriter();
    byte[] text = "one\nKöln\nlast ö".getBytes(UTF_8);
    try (FileFollower follower = new FileFollower(file, new PrintWriter(out))) {
      follower.copy();
      try (OutputStream log = Files.newOutputStream(file)) {
        for (byte b : text) {
          log.write(b);
          follower.copy();
        }
      }
      assertThat(out.toString()).isEqualTo("one\nKöln\n");
    }
    assertThat(out.toString()).isEqualTo("one\nKöln\nlast ö");
  }
}
