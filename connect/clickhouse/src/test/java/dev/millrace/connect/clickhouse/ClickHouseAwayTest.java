package dev.millrace.connect.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.OptionValues;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A server that is not there, or says nothing. */
class ClickHouseAwayTest {
  private static void open(Map<String, String> system) {
    ClickHouseConnector connector = new ClickHouseConnector();
    Map<String, String> all = new HashMap<>(system);
    all.put("password", "s3cr3t");
    connector
        .open(
            new SinkContext(
                "kit",
                "s",
                "epoch-1",
                OptionValues.of(connector.systemOptions(), all),
                OptionValues.of(connector.sinkOptions(), Map.of()),
                "t",
                new Schema(List.of(new Column("id", new DataType.Scalar(DataType.Kind.BIGINT)))),
                WriteMode.APPEND,
                List.of()))
        .close();
  }

  @Test
  void nobodyListens() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertThatThrownBy(() -> open(Map.of("url", "http://127.0.0.1:" + port)))
        .isInstanceOf(RetryException.class)
        .hasMessageContaining("http://127.0.0.1:" + port)
        .hasMessageContaining("[DATABASE_AWAY]")
        .hasMessageNotContaining("s3cr3t");
  }

  @Test
  void serverThatSaysNothingIsLeft() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      long begin = System.nanoTime();
      assertThatThrownBy(
              () ->
                  open(Map.of("url", "http://127.0.0.1:" + socket.getLocalPort(), "timeout", "1s")))
          .isInstanceOf(RetryException.class)
          .hasMessageContaining("[DATABASE_AWAY]");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }
  }

  @Test
  void certificatesThatAreNotThereAreForAPerson() {
    assertThatThrownBy(
            () -> open(Map.of("url", "https://127.0.0.1:1", "ssl_root_cert", "/no/such.pem")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("ssl_root_cert");
  }
}
