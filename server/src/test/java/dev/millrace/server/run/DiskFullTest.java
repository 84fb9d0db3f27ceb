package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.error.StopException;
import dev.millrace.engine.Status;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.Status.SourceStatus;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreError;
import dev.millrace.engine.store.StoreOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the store fills up under a whole run, which goes on by itself once there is room. */
@Tag("long")
class DiskFullTest {
  private static final int DISK_MB = 48;

  /** Long enough for several tries. */
  private static final Duration STUCK = Duration.ofSeconds(4);

  @TempDir Path folder;
  private Path disk = Path.of("");

  /** A disk of its own for the store, so that Kafka and PostgreSQL keep theirs. */
  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectories(folder.resolve(".millrace/store"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MB + "m", "tmpfs", disk.toString()),
        "skipped: a small disk can only be mounted by root, where the system permits it");
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
  }

  private static boolean run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Takes the room that is left, all but some for the store to grow a little; it may be quicker.
   */
  private Path fill(int leftKb) throws IOException {
    Path ballast = disk.resolve("ballast");
    long bytes = Files.getFileStore(disk).getUsableSpace() - leftKb * 1024L;
    byte[] block = new byte[64 << 10];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      for (long written = 0; written < bytes; written += block.length) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
    return ballast;
  }

  @Test
  void theRunSaysSoAndGoesOnOnceThereIsRoom() throws Exception {
    try (BusyShop shop = new BusyShop(folder, "embedded", "embedded")) {
      shop.awaitDelivery();
      for (int leftKb : List.of(256, 0)) {
        Path ballast = fill(leftKb);
        shop.await("the disk is full", s -> s.sources().get(0).health() == Health.RETRYING);
        shop.await("it was tried again and again", s -> delay(s).compareTo(STUCK) > 0);
        SourceStatus full = shop.source();
        assertThat(full.health()).isEqualTo(Health.RETRYING);
        assertThat(full.reason().orElseThrow().code()).isEqualTo(StoreError.DISK_FULL);
        assertThat(full.reason().orElseThrow().toString()).contains("disk is full", "free some");
        assertThat(shop.engine().hasStopped()).isFalse();
        // A commit that the disk refuses may take the store down for the moment of a question.
        await()
            .atMost(Duration.ofSeconds(30))
            .ignoreExceptions()
            .untilAsserted(
                () -> assertThat(shop.ask("SELECT count(*) FROM orders")).isEqualTo(full.rows()));

        Files.delete(ballast);
        shop.awaitProgress();
      }
      shop.finish();
      shop.assertExact(shop.postgres());
    }
  }

  private static Duration delay(Status status) {
    return status.sources().get(0).watermarkDelay().orElse(Duration.ZERO);
  }

  @Test
  void aStoreThatCannotBeMadeSaysSo() throws Exception {
    StoreOptions options = new StoreOptions(disk, ZoneOffset.UTC, 128L << 20, 1);
    Path ballast = fill(0);
    assertThatThrownBy(() -> Store.open(options).close())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("free some space, then run again")
        .hasMessageContaining("[DISK_FULL]");
    Files.delete(ballast);
    Store.open(options).close();
  }
}
