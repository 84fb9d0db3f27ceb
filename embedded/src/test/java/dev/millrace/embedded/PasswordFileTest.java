package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Passwords of embedded systems. */
class PasswordFileTest {
  @TempDir Path folder;

  @Test
  void aPasswordIsMadeOnceAndAnEmptyFileIsRefused() throws Exception {
    Path file = folder.resolve("password");
    String first = PasswordFile.readOrCreate(file);
    assertThat(PasswordFile.readOrCreate(file)).isEqualTo(first);
    assertThat(PasswordFile.create(file)).isNotEqualTo(first);
    assertThat(folder.toFile().list()).containsExactly("password");
    Files.writeString(file, "\n");
    assertThatThrownBy(() -> PasswordFile.readOrCreate(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is empty");
  }
}
