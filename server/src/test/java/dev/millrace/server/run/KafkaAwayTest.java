package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.Status.SourceStatus;
import dev.millrace.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The only broker is killed under a whole run and comes back: nothing is lost, nothing twice. */
@Tag("long")
class KafkaAwayTest {
  @TempDir Path folder;

  private ChildJvm broker(int port) {
    ChildJvm child =
        ChildJvm.start(
            BrokerChild.class,
            Map.of(),
            folder.resolve("kafka").toString(),
            Integer.toString(port));
    child.awaitOutput(BrokerChild.UP, BusyShop.LIMIT);
    return child;
  }

  @Test
  void whileTheBrokerIsAwayThePageAndSinksGoOn() throws Exception {
    Path project = Files.createDirectories(folder.resolve("shop"));
    int port = new Ports(DataFolder.open(project)).port("kafka");
    ChildJvm broker = broker(port);
    String external = "{url: \"127.0.0.1:" + port + "\"}";
    try (BusyShop shop = new BusyShop(project, external, "embedded")) {
      shop.awaitDelivery();
      broker.kill();
      broker.close();
      shop.await("the source is retrying", s -> s.sources().get(0).health() == Health.RETRYING);
      SourceStatus away = shop.source();
      assertThat(away.reason().orElseThrow().message())
          .contains("no broker answers at `127.0.0.1:" + port + "`");
      assertThat(shop.engine().hasStopped()).isFalse();
      shop.await("sinks go on", s -> s.sinks().stream().allMatch(k -> k.health() == Health.IDLE));
      assertThat(shop.ask("SELECT count(*) FROM orders")).isEqualTo(away.rows());

      broker = broker(port);
      shop.awaitProgress();
      shop.finish();
      assertThat(shop.ask("SELECT count(*) FROM system.errors WHERE code = 'LOG_UNREACHABLE'"))
          .isPositive();
      shop.assertExact(shop.postgres());
    } finally {
      broker.close();
    }
  }
}
