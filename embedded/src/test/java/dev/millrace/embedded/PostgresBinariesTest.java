package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where PostgreSQL's programs are unpacked. */
class PostgresBinariesTest {
  @TempDir Path folder;

  @AfterEach
  void forget() {
    System.clearProperty(Programs.SHARED);
  }

  private Path project(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void projectsShareThem() throws IOException {
    Path shared = folder.resolve("shared/programs");
    System.setProperty(Programs.SHARED, shared.toString());
    Path home = PostgresBinaries.unpack(project("first"));
    assertThat(home).hasParent(shared);
    assertThat(home.resolve("bin/postgres")).isExecutable();

    // A process that was killed while it unpacked, and one that still does.
    Path killed = Files.createDirectories(shared.resolve("unpacking-999999999"));
    Path working = Files.createDirectories(shared.resolve("unpacking-1"));
    Programs.deleteTree(home);
    assertThat(PostgresBinaries.unpack(project("second"))).isEqualTo(home);
    assertThat(home.resolve("bin/postgres")).isExecutable();
    assertThat(killed).doesNotExist();
    assertThat(working).exists();
    assertThat(files(project("first"))).isEmpty();
    assertThat(files(project("second"))).isEmpty();
  }

  @Test
  void aProjectHasItsOwnWhereNothingCanBeShared() throws IOException {
    Path blocked = Files.writeString(folder.resolve("file"), "no folder");
    System.setProperty(Programs.SHARED, blocked.toString());
    Path project = project("alone");
    Path old = Files.createDirectories(project.resolve("postgres-1"));
    Path home = PostgresBinaries.unpack(project);
    assertThat(home).hasParent(project);
    assertThat(home.resolve("bin/postgres")).isExecutable();
    assertThat(old).doesNotExist();
    assertThat(files(project)).containsExactly(home);
  }
}
