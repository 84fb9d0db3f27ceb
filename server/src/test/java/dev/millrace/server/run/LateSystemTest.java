package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.option.Options;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.EmbeddedSystem;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.PostgresType;
import dev.millrace.engine.Engine;
import dev.millrace.engine.EngineOptions;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.Status.SinkStatus;
import dev.millrace.log.Cluster;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.project.Project;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Systems that come up later than the engine: Kafka, and the one that a sink delivers to. */
class LateSystemTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void streamsRunAndDeliveryWaits() throws Exception {
    SmallShop shop = new SmallShop(folder);
    Connectors connectors = new Connectors();
    Project project = shop.load(connectors);
    DataFolder data = DataFolder.open(folder);
    Ports ports = new Ports(data);
    int port = ports.port("kafka");
    EngineOptions options =
        new EngineOptions(
            data.resolve("store"),
            Cluster.of("127.0.0.1:" + port),
            connectors.sources(),
            connectors.sinks(),
            Map.of(),
            false,
            256L << 20,
            2,
            Clock.systemUTC(),
            List::of,
            Optional.empty());
    try (Engine engine = Engine.open(project, SmallShop.compile(project, connectors), options)) {
      assertThat(rows(engine)).as("before Kafka runs").isZero();
      assertThat(engine.isDone()).isFalse();
      try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("kafka"), port)) {
        assertThat(broker.port()).isEqualTo(port);
        engine.start();
        Awaitility.await().atMost(LIMIT).until(() -> rows(engine) == SmallShop.ORDERS);
        SinkStatus waiting = engine.status().sinks().get(0);
        assertThat(waiting.health()).isEqualTo(Health.PAUSED);
        assertThat(waiting.reason().orElseThrow().message())
            .contains("waits for `postgres`, which is starting");
        assertThat(waiting.pending()).isEqualTo(SmallShop.ORDERS);
        assertThat(engine.isDone()).isFalse();
        assertThat(engine.problems()).isEmpty();

        EmbeddedSystem postgres =
            new PostgresType().create("postgres", project.name(), data, ports);
        Map<String, Object> address = postgres.start();
        try {
          Options system = project.target().system("postgres").orElseThrow().options();
          engine.connect("postgres", system.with(address));
          Awaitility.await().atMost(LIMIT).until(engine::isDone);
          assertThat(delivered(address)).isEqualTo(SmallShop.ORDERS);
          assertThat(engine.status().sinks().get(0).health()).isEqualTo(Health.IDLE);
        } finally {
          engine.close();
          postgres.stop();
        }
      }
    }
  }

  private static long rows(Engine engine) throws SQLException {
    try (Connection connection = engine.read()) {
      return count(connection, "SELECT count(*) FROM orders");
    }
  }

  private static long delivered(Map<String, Object> address) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection(
            String.valueOf(address.get("url")),
            String.valueOf(address.get("user")),
            String.valueOf(address.get("password")))) {
      return count(connection, "SELECT count(DISTINCT order_id) FROM " + SmallShop.TABLE);
    }
  }

  private static long count(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
