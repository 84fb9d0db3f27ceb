package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.api.connect.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one file does that is not as it should be: to its rows, and to others. */
class FilesTroubleTest {
  @TempDir Path folder;

  private Path write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static String rows(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> i + ",x\n").collect(Collectors.joining());
  }

  private static String csv(int from, int to) {
    return "id,name\n" + rows(from, to);
  }

  private FilesRun run() {
    return new FilesRun(folder).stream("files", "**/*.csv*");
  }

  @Test
  void aNewFileUnderAnOldNameIsLeftAloneIfThePathIsItsIdentity() throws Exception {
    write("a.csv", csv(0, 3));
    FilesRun run =
        run().source("identity", "path").source("after", "delete").source("quarantine", "bad");
    run.run();
    assertThat(folder.resolve("a.csv")).doesNotExist();
    write("a.csv", csv(10, 14));
    assertThat(run.run().rows()).hasSize(3);
    assertThat(folder.resolve("a.csv")).exists();
  }

  @Test
  void aFileThatGrowsAgainAndAgainIsReadOnce() throws Exception {
    Path file = write("a.csv", csv(0, 60_000));
    FilesRun run = run().begin();
    assertThat(run.records().size()).isBetween(1, 59_999);
    for (int growth = 1; growth < 4; growth++) {
      Files.writeString(
          file, rows(growth * 60_000, (growth + 1) * 60_000), StandardOpenOption.APPEND);
      run.begin();
    }
    run.run();
    assertThat(run.rows()).hasSize(240_000).doesNotHaveDuplicates();
    assertThat(run.states()).containsExactly("a.csv done");
  }

  @Test
  void aShorterFileUnderTheNameOfOneThatWasBegunIsReadFromItsBeginning() throws Exception {
    write("a.csv", csv(0, 90_000));
    FilesRun run = run().source("identity", "content").begin();
    int before = run.records().size();
    assertThat(before).isBetween(1, 89_999);
    write("a.csv", csv(500_000, 500_010));
    assertThat(run.run().records()).hasSize(before + 10);
    write("b.csv", csv(500_000, 500_010));
    assertThat(run.run().records()).hasSize(before + 10);
  }

  @Test
  void aFileThatVanishedFailsAndIsReadOnWhenItComesBack() throws Exception {
    Path file = write("a.csv", csv(0, 90_000));
    FilesRun run = run().begin();
    assertThat(run.records().size()).isBetween(1, 89_999);
    Path away = Files.move(file, folder.resolve("away"));
    run.run();
    assertThat(run.states()).containsExactly("a.csv failed: " + FileLedger.VANISHED);
    Files.move(away, file);
    assertThat(run.run().rows()).hasSize(90_000).doesNotHaveDuplicates();
    assertThat(run.states()).containsExactly("a.csv done");
  }

  @Test
  void anArchiveWithoutAnEntryThatIsAskedForFailsAndStays() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String name : new String[] {"one.txt", "two.txt"}) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(csv(0, 3).getBytes(StandardCharsets.UTF_8));
      }
    }
    Files.write(folder.resolve("a.zip"), out.toByteArray());
    FilesRun run = run().stream("files", "*.zip").stream("entries", "*.csv");
    run.source("after", "delete").run();
    assertThat(run.states())
        .containsExactly("a.zip failed: none of its 2 entries matches `entries`");
    assertThat(folder.resolve("a.zip")).exists();
  }

  @Test
  void anUnreadableFileAndALoopOfLinksStopNoOther() throws Exception {
    Path secret = write("a.csv", csv(0, 3));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Files.createSymbolicLink(folder.resolve("loop.csv"), folder.resolve("loop.csv"));
    write("z.csv", csv(10, 13));
    assumeThat(Files.isReadable(secret)).isFalse();
    FilesRun run = run().source("identity", "content").run();
    assertThat(run.states()).containsExactly("a.csv failed: it may not be read", "z.csv done");
  }

  @Test
  void aLoopOfLinksIsPassedOver() throws Exception {
    Files.createSymbolicLink(folder.resolve("loop.csv"), folder.resolve("loop.csv"));
    write("z.csv", csv(10, 13));
    assertThat(run().run().states()).containsExactly("z.csv done");
  }

  @Test
  void aFileThatCannotBeMovedStaysAndTheSourceEnds() throws Exception {
    write("a.csv", csv(0, 3));
    write("b.csv", csv(3, 6));
    write("done", "not a folder");
    FilesRun run = run().source("after", "move").source("move_to", "done").run();
    assertThat(run.rows()).hasSize(6);
    assertThat(folder.resolve("a.csv")).exists();
  }

  @Test
  void aSharedMarkerStaysAndAMissingOneIsNoError() throws Exception {
    write("a.csv", csv(0, 3));
    write("b.csv", csv(3, 6));
    write("COMPLETE", "");
    FilesRun shared = run().source("marker", "COMPLETE").source("after", "delete").run();
    assertThat(shared.rows()).hasSize(6);
    assertThat(folder.resolve("b.csv")).doesNotExist();
    assertThat(folder.resolve("COMPLETE")).exists();

    write("c.csv", csv(0, 3));
    write("c.csv.ok", "");
    FilesRun own = run().source("marker", "{name}.ok").source("after", "delete");
    try (Source source = own.open()) {
      source.poll(Duration.ofSeconds(5));
      Files.delete(folder.resolve("c.csv.ok"));
      source.committed();
    }
    assertThat(folder.resolve("c.csv")).doesNotExist();
  }

  @Test
  void filesWithoutTheirMarkerAreNotInTheWay() throws Exception {
    for (int i = 0; i < 1_020; i++) {
      write("f%05d.csv".formatted(i), "");
    }
    write("z.csv", csv(0, 3));
    write("z.csv.ok", "");
    FilesRun marked = run().source("marker", "{name}.ok").run();
    assertThat(marked.rows()).hasSize(3);
  }

  @Test
  void nothingIsLookedForBeforeWhatWasReadIsCommitted() throws Exception {
    write("a.csv", csv(0, 3));
    FilesRun run = run();
    try (Source source = run.open()) {
      assertThat(source.poll(Duration.ofSeconds(5)).records()).hasSize(3);
      write("b.csv", csv(3, 6));
      assertThat(source.poll(Duration.ofMillis(100)).records()).isEmpty();
      source.committed();
      assertThat(source.poll(Duration.ofSeconds(5)).records()).hasSize(3);
    }
  }
}
