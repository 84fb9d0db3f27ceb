package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceActivity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people make of files, and what a source tells of them. */
class AmendedFilesTest {
  private static final FileTime TIME = FileTime.fromMillis(1_700_000_000_000L);

  @TempDir Path folder;

  private FilesRun run() {
    return new FilesRun(folder).stream("files", "**/*.csv*");
  }

  private Path write(String path, byte[] bytes) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
    return Files.setLastModifiedTime(file, TIME);
  }

  private static byte[] csv(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> i + ",x")
        .collect(Collectors.joining("\n", "id,name\n", "\n"))
        .getBytes(UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream packed = new GZIPOutputStream(out)) {
      packed.write(bytes);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFileInQuarantineComesBackAndIsReadOnWhereItWas(boolean isOpen) throws Exception {
    byte[] whole = gzip(csv(0, 30_000));
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, whole.length - 8, whole.length, (byte) 0);
    write("in/a.csv.gz", damaged);
    FilesRun run = run().source("quarantine", "bad").source("once", "false");
    int before;
    try (Source source = run.open()) {
      while (Files.notExists(folder.resolve("bad/in/a.csv.gz"))) {
        run.poll(source);
      }
      before = run.records().size();
      assertThat(before).isBetween(1, 29_999);
      // The server has mended it, and it looks as it did.
      Path quarantined = folder.resolve("bad/in/a.csv.gz");
      Files.write(quarantined, whole);
      Files.setLastModifiedTime(quarantined, TIME);
      assertThat(run.amend(LedgerAction.RETRY, "in/a.csv.gz", isOpen ? source : run.open()))
          .isEqualTo(1);
      assertThat(run.states().get(0)).startsWith("in/a.csv.gz retry");
      for (int i = 0; isOpen && run.records().size() < 30_000; i++) {
        run.poll(source);
        assertThat(i).isLessThan(1_000);
      }
    }
    run.source("once", "true").run();
    assertThat(run.rows()).hasSize(30_000).doesNotHaveDuplicates();
    assertThat(run.states()).containsExactly("in/a.csv.gz done");
    assertThat(folder.resolve("in/a.csv.gz")).exists();
    assertThat(run.amend(LedgerAction.RETRY, "in/a.csv.gz")).isZero();
    assertThat(run.amend(LedgerAction.SKIP, "in/a.csv.gz")).isZero();
  }

  @Test
  void aFileThatStillIsBadGoesBackToQuarantine() throws Exception {
    write("a.csv", "nothing\nat all\n".getBytes(UTF_8));
    FilesRun run = run().source("quarantine", "bad").run();
    assertThat(folder.resolve("bad/a.csv")).exists();
    run.amend(LedgerAction.RETRY, "a.csv");
    run.run();
    assertThat(folder.resolve("bad/a.csv")).exists();
    assertThat(folder.resolve("a.csv")).doesNotExist();
    assertThat(run.states().get(0)).startsWith("a.csv failed: no name in the header");
    assertThat(run.ledger().values().iterator().next()).contains("\"attempts\":2");
  }

  @Test
  void aFileInTheWayOfOneInQuarantineStays() throws Exception {
    write("a.csv", "nothing\nat all\n".getBytes(UTF_8));
    FilesRun run = run().source("quarantine", "bad").run();
    write("a.csv", csv(0, 5));
    run.amend(LedgerAction.RETRY, "a.csv");
    run.run();
    assertThat(run.rows()).hasSize(5);
    assertThat(folder.resolve("bad/a.csv")).hasContent("nothing\nat all\n");
  }

  @Test
  void aFileIsSkippedInItsMiddleAndReadOnLater() throws Exception {
    write("a.csv", csv(0, 90_000));
    write("b.csv", csv(90_000, 90_010));
    FilesRun run = run().source("once", "false");
    int skipped;
    try (Source source = run.open()) {
      run.readSome(source);
      assertThat(source.activity().flatMap(SourceActivity::reading)).contains("a.csv");
      skipped = run.records().size();
      assertThat(skipped).isBetween(1, 89_999);
      assertThat(run.amend(LedgerAction.SKIP, "a.csv", source)).isEqualTo(1);
    }
    run.source("once", "true").run();
    assertThat(run.records()).hasSize(skipped + 10);
    assertThat(run.states()).containsExactly("a.csv skipped", "b.csv done");
    run.amend(LedgerAction.RETRY, "a.csv");
    run.run();
    assertThat(run.rows()).hasSize(90_010).doesNotHaveDuplicates();
    assertThat(run.states()).containsExactly("a.csv done", "b.csv done");
  }

  @Test
  void aFileThatWaitsBehindAnotherIsSkipped() throws Exception {
    write("a.csv", csv(0, 90_000));
    write("b.csv", csv(90_000, 180_000));
    FilesRun run = run().begin();
    write("0.csv", csv(180_000, 280_000));
    try (Source source = run.open()) {
      run.readSome(source);
      assertThat(source.activity().flatMap(SourceActivity::reading)).contains("0.csv");
      run.amend(LedgerAction.SKIP, "a.csv", source);
      while (!run.poll(source)) {
        assertThat(run.records()).hasSizeLessThanOrEqualTo(280_000);
      }
    }
    assertThat(run.states()).containsExactly("0.csv done", "a.csv skipped", "b.csv done");
  }

  @ParameterizedTest
  @ValueSource(strings = {"path", "path_time_size", "content"})
  void aForgottenFileIsReadAgain(String identity) throws Exception {
    write("a.csv", csv(0, 5));
    write("b.csv", csv(5, 9));
    FilesRun run = run().source("identity", identity).run();
    run.amend(LedgerAction.FORGET, "a.csv");
    run.run();
    assertThat(run.rows()).hasSize(14);
    assertThat(run.states()).containsExactly("a.csv done", "b.csv done");
    assertThat(run.run().rows()).hasSize(14);
  }

  @Test
  void tellsWhatItDoes() throws Exception {
    write("a.csv", csv(0, 90_000));
    write("b.csv", "nothing\nat all\n".getBytes(UTF_8));
    write("c.csv", csv(0, 5));
    FilesRun run = run().source("after", "move").source("move_to", "done");
    // Where files are to go to, there is a file.
    Files.writeString(folder.resolve("done"), "x");
    try (Source source = run.open()) {
      run.readSome(source);
      SourceActivity reads = source.activity().orElseThrow();
      assertThat(reads.reading()).contains("a.csv");
      assertThat(reads.fraction().orElseThrow()).isBetween(0.01, 0.99);
      assertThat(reads.waiting()).isEqualTo(2);
      assertThat(reads.failed()).isZero();
      while (!run.poll(source)) {
        assertThat(run.records()).hasSizeLessThan(100_000);
      }
      SourceActivity after = source.activity().orElseThrow();
      assertThat(after.reading()).isEmpty();
      assertThat(after.waiting()).isZero();
      assertThat(after.failed()).isEqualTo(1);
      assertThat(after.refused()).isEqualTo(2);
      assertThat(after.refusal().orElseThrow()).startsWith("c.csv: ");
    }
    run.amend(LedgerAction.FORGET, "b.csv");
    try (Source source = run.open()) {
      source.poll(Duration.ZERO);
      assertThat(source.activity().orElseThrow().failed()).isLessThan(2);
    }
  }
}
