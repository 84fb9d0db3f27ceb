package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Source;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.testing.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which files are read, when, and what happens to them. */
class FilesSourceTest {
  @TempDir Path folder;

  private Path write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static String rows(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> i + ",x").collect(Collectors.joining("\n"));
  }

  private static String csv(int from, int to) {
    return "id,name\n" + rows(from, to) + "\n";
  }

  private FilesRun run() {
    return new FilesRun(folder).stream("files", "**/*.csv*");
  }

  @Test
  void readsByNameOrByTime() throws Exception {
    for (String name : new String[] {"c", "a", "b"}) {
      write(name + ".csv", csv(name.charAt(0), name.charAt(0) + 1));
    }
    Files.setLastModifiedTime(folder.resolve("b.csv"), FileTime.fromMillis(1_000_000));
    Files.setLastModifiedTime(folder.resolve("a.csv"), FileTime.fromMillis(2_000_000));
    assertThat(run().run().records().stream().map(r -> FilesRun.header(r, "file")))
        .containsExactly("a.csv", "b.csv", "c.csv");
    assertThat(
            run().source("order", "time").run().records().stream()
                .map(r -> FilesRun.header(r, "file")))
        .containsExactly("b.csv", "a.csv", "c.csv");
  }

  @Test
  void aFileIsAnotherOneByPathTimeSizeOrContent() throws Exception {
    Path file = write("a.csv", csv(0, 3));
    FilesRun byAll = run().run();
    FilesRun byPath = run().source("identity", "path").run();
    FilesRun byContent = run().source("identity", "content").run();
    write("again.csv", csv(0, 3));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    assertThat(byAll.run().rows()).hasSize(9);
    assertThat(byPath.run().rows()).hasSize(6);
    assertThat(byContent.run().run().rows()).hasSize(3);
    assertThat(byContent.states()).contains("again.csv duplicate: its content was read before");
  }

  @Test
  void waitsUntilAFileIsStable() throws Exception {
    ManualClock clock = new ManualClock(Instant.now());
    FilesRun run = run().clock(clock).source("stable_for", "10s").source("once", "false");
    write("a.csv", csv(0, 3));
    try (Source source = run.open()) {
      run.pollLong(source);
      clock.advance(Duration.ofSeconds(9));
      run.pollLong(source);
      assertThat(run.records()).isEmpty();
      Files.writeString(folder.resolve("a.csv"), rows(3, 5) + "\n", StandardOpenOption.APPEND);
      clock.advance(Duration.ofSeconds(9));
      run.pollLong(source);
      assertThat(run.records()).isEmpty();
      // On a machine that stands still, a poll may end before its look.
      while (run.records().isEmpty()) {
        clock.advance(Duration.ofSeconds(10));
        run.pollLong(source);
      }
      assertThat(run.records()).hasSize(5);
    }
  }

  /** Without the system's word it would be seen after an hour. */
  @Test
  @Timeout(60)
  void aFolderOfThisMachineIsWatched() throws Exception {
    Files.createDirectories(folder.resolve("below"));
    FilesRun run = run().source("poll", "1h").source("poll_slowest", "1h").source("once", "false");
    try (Source source = run.open()) {
      run.poll(source);
      Files.move(write("a.csv.tmp", csv(0, 3)), folder.resolve("below/a.csv"));
      while (run.records().size() < 3) {
        run.poll(source);
      }
    }
  }

  @Test
  void waitsForAgeAndMarker() throws Exception {
    Path file = write("a.csv", csv(0, 3));
    FilesRun age = run().source("min_age", "1h").source("once", "false");
    assertThat(age.run(5).records()).isEmpty();
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(7200)));
    assertThat(age.begin().records()).hasSize(3);

    FilesRun marked =
        run().source("marker", "{name}.ok").source("after", "move").source("move_to", "done");
    assertThat(marked.run().records()).isEmpty();
    write("a.csv.ok", "");
    assertThat(marked.run().records()).hasSize(3);
    assertThat(folder.resolve("done/a.csv")).exists();
    assertThat(folder.resolve("a.csv.ok")).doesNotExist();
  }

  @Test
  void failedFilesGoToQuarantineOnlyOnceCommitted() throws Exception {
    write("in/a.csv", "nothing\nat all\n");
    FilesRun run = run().source("quarantine", "bad");
    try (Source source = run.open()) {
      source.poll(Duration.ofMillis(20));
      assertThat(folder.resolve("in/a.csv")).exists();
    }
    run.run();
    assertThat(folder.resolve("bad/in/a.csv")).exists();
    assertThat(run.states().get(0)).startsWith("in/a.csv failed: no name in the header");
    write("in/a.csv", "nothing\nat all\n");
    run.run();
    assertThat(folder.resolve("bad/in/a.csv.1")).exists();
  }

  @Test
  void whatACrashLeftUndoneIsDoneWhenTheFileIsSeenAgain() throws Exception {
    write("a.csv", csv(0, 3));
    FilesRun run = run().run();
    assertThat(folder.resolve("a.csv")).exists();
    assertThat(run.source("after", "delete").run().records()).hasSize(3);
    assertThat(folder.resolve("a.csv")).doesNotExist();
  }

  @Test
  void goesOnInTheMiddleOfAFile() throws Exception {
    write("a.csv", csv(0, 100_000));
    FilesRun run = run();
    int polls = 0;
    while (run.records().size() < 100_000) {
      run.run(3);
      assertThat(++polls).isLessThan(100);
    }
    assertThat(polls).isGreaterThan(1);
    assertThat(run.run().rows()).hasSize(100_000).doesNotHaveDuplicates();
    assertThat(run.states()).containsExactly("a.csv done");
  }

  @Test
  void aFileThatGrowsIsReadOnWhereItWas() throws Exception {
    write("a.csv", csv(0, 60_000) + "6000");
    FilesRun run = run();
    try (Source source = run.open()) {
      run.readSome(source);
      // The last row was only half there.
      Files.writeString(
          folder.resolve("a.csv"), "0,x\n" + rows(60_001, 80_000), StandardOpenOption.APPEND);
      while (!run.poll(source)) {
        assertThat(run.records().size()).isLessThanOrEqualTo(80_000);
      }
    }
    assertThat(run.rows()).hasSize(80_000).doesNotHaveDuplicates();
    assertThat(run.rejected()).isEmpty();
    assertThat(run.states()).containsExactly("a.csv done");
  }

  @Test
  void aGzipThatIsStillUploadedIsReadOnWhereItWas() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(csv(0, 50_000).getBytes(UTF_8));
    }
    byte[] whole = out.toByteArray();
    Files.write(folder.resolve("a.csv.gz"), Arrays.copyOf(whole, whole.length * 2 / 3));
    FilesRun run = run().run();
    assertThat(run.states()).containsExactly("a.csv.gz failed: it is cut off");
    assertThat(run.records()).isNotEmpty();
    Files.write(folder.resolve("a.csv.gz"), whole);
    assertThat(run.run().rows()).hasSize(50_000).doesNotHaveDuplicates();
    assertThat(run.states()).containsExactly("a.csv.gz done");
  }

  @Test
  void anotherFileOfTheSameNameIsReadFromItsBeginning() throws Exception {
    write("a.csv", csv(0, 90_000));
    FilesRun run = run().begin();
    int before = run.records().size();
    assertThat(before).isBetween(1, 89_999);
    write("a.csv", csv(500_000, 600_000));
    run.run();
    assertThat(run.rows()).hasSize(before + 100_000).doesNotHaveDuplicates();
  }

  @Test
  void aFileThatVanishesIsToldIfSomeOfItWasRead() throws Exception {
    write("a.csv", csv(0, 90_000));
    write("b.csv", csv(0, 10));
    FilesRun run = run();
    run.begin();
    Files.delete(folder.resolve("a.csv"));
    run.run();
    assertThat(run.states()).containsExactly("a.csv failed: " + FileLedger.VANISHED, "b.csv done");
  }

  @Test
  void aFileThatVanishesWhileItIsOpenIsToldAsWell() throws Exception {
    write("a.csv", csv(0, 300_000));
    write("b.csv", csv(0, 10));
    FilesRun run = run();
    try (Source source = run.open()) {
      run.readSome(source);
      assertThat(run.records().size()).isBetween(1, 299_999);
      Files.delete(folder.resolve("a.csv"));
      while (!run.poll(source)) {
        assertThat(run.records().size()).isLessThan(300_011);
      }
    }
    assertThat(run.states()).containsExactly("a.csv failed: " + FileLedger.VANISHED, "b.csv done");
  }

  @Test
  void aThousandSmallFilesShareBatches() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      write("f" + i + ".csv", csv(i, i + 1));
    }
    FilesRun run = run();
    try (Source source = run.open()) {
      int polls = 0;
      while (!run.poll(source)) {
        polls++;
      }
      assertThat(polls).isLessThan(300);
    }
    assertThat(run.rows()).hasSize(1_000).doesNotHaveDuplicates();
    assertThat(run.ledger()).hasSize(1_000);
  }

  /** Each look lists all files, so there must be few of them. */
  @Test
  @Tag("slow")
  void aHundredThousandSmallFilesTakeOneLookAndLittleMemory() throws Exception {
    int window = 100_000;
    int files = window + 50;
    for (int i = 0; i < files; i++) {
      Path file = folder.resolve("d%03d/f%06d.csv".formatted(i / 1_000, i));
      if (i % 1_000 == 0) {
        Files.createDirectories(file.getParent());
      }
      Files.writeString(file, "id,name\n" + i + ",x\n");
    }
    FilesRun run = run();
    long before = used();
    try (Source source = run.open()) {
      while (run.records().isEmpty()) {
        run.poll(source);
      }
      assertThat(used() - before).isLessThan(80 << 20);
      write("a-first.csv", "id,name\n-1,x\n");
      boolean ended = false;
      while (!ended) {
        ended = run.poll(source);
      }
    }
    assertThat(run.rows()).hasSize(files + 1).doesNotHaveDuplicates();
    assertThat(FilesRun.header(run.records().get(window), "file")).isEqualTo("a-first.csv");
  }

  @Test
  @Tag("slow")
  void aMillionFilesInTheLedgerTakeLittleMemory() {
    KeyStates states = new KeyStates();
    long before = used();
    for (int i = 0; i < 1_000_000; i++) {
      states.put("cdr/2026/11/26/operator-" + i + ".csv.gz|18231|1764144000000", FileState.DONE);
    }
    assertThat(used() - before).isLessThan(64 << 20);
    assertThat(states.get("cdr/2026/11/26/operator-999999.csv.gz|18231|1764144000000"))
        .contains(FileState.DONE);
    assertThat(states.get("other")).isEmpty();
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void optionsThatDoNotFitAreProblems() {
    FilesRun run =
        run()
            .source("after", "move")
            .source("rename_to", "x")
            .source("quarantine", "../up")
            .source("marker", "{name}")
            .stream("files", "[a")
            .stream("encoding", "klingon")
            .stream("delimiter", "ab");
    assertThatThrownBy(run::open).isInstanceOf(StopException.class);
    Problems problems = new Problems();
    new FilesConnector()
        .check(
            run.context().options(),
            run.context().streams(),
            SourceLocation.ofFile("sources/x.yml"),
            run.context().folder(),
            problems);
    assertThat(problems.all()).hasSize(9).extracting(Problem::hint).doesNotContainNull();
  }
}
