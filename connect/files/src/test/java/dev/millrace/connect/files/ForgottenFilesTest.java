package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger forgets files that have been gone for long, and no others. */
class ForgottenFilesTest {
  private static final FileTime TIME = FileTime.fromMillis(1_700_000_000_000L);
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path folder;
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private FilesRun run = new FilesRun(Path.of(""));

  @BeforeEach
  void readTwoFiles() throws IOException {
    write("a.csv", "1,a\n");
    write("b.csv", "2,b\n");
    run = new FilesRun(folder).clock(clock).source("forget_after", "10 days");
    assertThat(run.run().rows()).hasSize(2);
  }

  private void write(String path, String rows) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.setLastModifiedTime(Files.writeString(file, "id,name\n" + rows), TIME);
  }

  private boolean isGone(String path) {
    return run.ledger().values().stream()
        .filter(Objects::nonNull)
        .anyMatch(v -> v.contains("\"path\":\"" + path + "\"") && v.contains("gone_since"));
  }

  private void after(Duration time) {
    clock.advance(time);
    run.run();
  }

  @Test
  void whatIsThereIsNeverForgottenAndWhatIsGoneIsAfterItsTime() throws IOException {
    Files.delete(folder.resolve("b.csv"));
    after(DAY.multipliedBy(100));
    assertThat(run.states()).containsExactly("a.csv done", "b.csv done");
    assertThat(isGone("a.csv")).isFalse();
    assertThat(isGone("b.csv")).isTrue();
    after(DAY.multipliedBy(9));
    assertThat(run.states()).hasSize(2);
    after(DAY);
    assertThat(run.states()).containsExactly("a.csv done");
    write("b.csv", "2,b\n");
    after(DAY);
    assertThat(run.rows()).hasSize(3);
    after(DAY.multipliedBy(1000));
    assertThat(run.rows()).hasSize(3);
    assertThat(run.states()).containsExactly("a.csv done", "b.csv done");
  }

  @Test
  void aFileThatIsBackHasItsTimeAgain() throws IOException {
    Files.delete(folder.resolve("b.csv"));
    after(DAY);
    assertThat(isGone("b.csv")).isTrue();
    write("b.csv", "2,b\n");
    after(DAY.multipliedBy(20));
    assertThat(isGone("b.csv")).isFalse();
    Files.delete(folder.resolve("b.csv"));
    after(DAY.multipliedBy(20));
    assertThat(run.states()).hasSize(2);
    write("b.csv", "2,b\n");
    assertThat(run.run().rows()).hasSize(2);
  }

  @Test
  void whatIsNotLookedAtIsNotGone() throws IOException {
    Files.delete(folder.resolve("b.csv"));
    run.stream("files", "a*");
    after(DAY);
    after(DAY.multipliedBy(100));
    assertThat(run.states()).hasSize(2);
    assertThat(isGone("b.csv")).isFalse();
  }

  @Test
  void contentsAreForgottenWithTheirFiles() throws IOException {
    Path other = Files.createDirectories(folder.resolve("of-content"));
    write("of-content/c.csv", "3,c\n");
    run = new FilesRun(other).clock(clock).source("forget_after", "10 days");
    run.source("identity", "content").run();
    Files.move(other.resolve("c.csv"), other.resolve("d.csv"));
    after(DAY);
    assertThat(run.rows()).as("a copy under another name").hasSize(1);
    Files.delete(other.resolve("d.csv"));
    after(DAY);
    after(DAY.multipliedBy(11));
    assertThat(run.states()).isEmpty();
    assertThat(run.ledger().values()).containsOnlyNulls();
    write("of-content/d.csv", "3,c\n");
    after(DAY);
    assertThat(run.rows()).hasSize(2);
  }

  @Test
  void withoutTheOptionNothingIsForgotten() throws IOException {
    FilesRun plain = new FilesRun(folder).clock(clock).run();
    Files.delete(folder.resolve("b.csv"));
    clock.advance(DAY.multipliedBy(10_000));
    assertThat(plain.run().run().states()).hasSize(2);
    assertThat(plain.ledger().values()).noneMatch(v -> v == null || v.contains("gone_since"));
  }
}
