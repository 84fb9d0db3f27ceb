package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.RetryException;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.PostgresSystem;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.Status.SinkStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL dies under a whole run: the run goes on, and later every row is there, once. */
@Tag("long")
class PostgresAwayTest {
  @TempDir Path folder;

  private static PostgresSystem postgres(Path folder) {
    DataFolder data = DataFolder.open(folder);
    return new PostgresSystem("postgres", "shop", data.resolve("postgres"), new Ports(data));
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
  }

  @Test
  void whileATargetIsAwayStreamsGoOnAndItsChangesWait() throws Exception {
    PostgresSystem postgres = postgres(Files.createDirectories(folder.resolve("elsewhere")));
    Map<String, Object> address = postgres.start();
    String external =
        "{url: \"%s\", user: \"%s\", password: \"%s\"}"
            .formatted(address.get("url"), address.get("user"), address.get("password"));
    try (BusyShop shop = new BusyShop(folder.resolve("shop"), "embedded", external)) {
      shop.awaitDelivery();
      kill(postgres.pid().orElseThrow());
      shop.await(
          "sinks are retrying",
          s -> s.sinks().stream().allMatch(sink -> sink.health() == Health.RETRYING));
      long delivered = shop.sink().delivered();
      shop.awaitProgress();

      SinkStatus away = shop.sink();
      assertThat(away.health()).isEqualTo(Health.RETRYING);
      assertThat(away.reason().orElseThrow().message())
          .contains("sink `orders`")
          .contains("127.0.0.1");
      assertThat(away.delivered()).isEqualTo(delivered);
      assertThat(away.pending()).isGreaterThan(500);
      assertThat(away.delay()).isPositive();
      assertThat(shop.source().health()).isIn(Health.OK, Health.IDLE);
      assertThat(shop.engine().hasStopped()).isFalse();

      // Its children may not have noticed yet that it is dead, and it cannot start beside them.
      Awaitility.await()
          .atMost(BusyShop.LIMIT)
          .ignoreExceptionsInstanceOf(RetryException.class)
          .until(() -> postgres.start().equals(address));
      shop.finish();
      shop.assertExact(address);
    } finally {
      postgres.stop();
    }
  }

  @Test
  void anEmbeddedOneIsStartedAgainEachTime() throws Exception {
    try (BusyShop shop = new BusyShop(folder, "embedded", "embedded")) {
      shop.awaitDelivery();
      for (int kills = 0; kills < 2; kills++) {
        kill(embeddedPid());
        shop.await(
            "PostgreSQL is started again",
            s -> s.systems().stream().anyMatch(system -> system.health() == Health.RETRYING));
        long delivered = shop.sink().delivered();
        shop.await(
            "orders are delivered again",
            s ->
                s.sinks().get(0).delivered() > delivered + 100
                    && s.systems().stream().allMatch(system -> system.health() == Health.OK));
      }
      shop.finish();
      shop.assertExact(shop.postgres());
    }
  }

  private long embeddedPid() throws IOException {
    Path file = folder.resolve(".millrace/postgres/data/postmaster.pid");
    return Long.parseLong(Files.readAllLines(file).get(0).strip());
  }
}
