package dev.millrace.connect.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.client.api.ServerException;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.testing.OptionValues;
import java.net.ConnectException;
import java.security.cert.CertificateException;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which errors pass, and which are for a person. */
class ClickHouseFailureTest {
  private static final ClickHouseAddress ADDRESS =
      ClickHouseAddress.of(
          OptionValues.of(
              ClickHouseAddress.OPTIONS, Map.of("url", "http://db", "password", "s3cr3t")));

  private static MillraceException failure(Throwable thrown) {
    return ClickHouseFailure.of(thrown, ADDRESS, "deliver to `t`");
  }

  private static MillraceException failure(int code) {
    return failure(
        new RuntimeException(new ServerException(code, "Code: " + code + ".\nno", 500, "q")));
  }

  @ParameterizedTest
  @ValueSource(ints = {159, 164, 202, 210, 241, 242, 243, 252, 745, 999, 1002})
  void passing(int code) {
    assertThat(failure(code))
        .isInstanceOf(RetryException.class)
        .hasMessageContaining("cannot deliver to `t` in ClickHouse at http://db:8123")
        .hasMessageContaining("(code " + code + ")");
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 53, 62, 81, 349, 497, 516})
  void lasting(int code) {
    assertThat(failure(code)).isInstanceOf(StopException.class);
  }

  /** As ClickHouse 18.16 answers. */
  @Test
  void oldServersTellTheCodeInTheText() {
    String text = "Code: 115, e.displayText() = DB::Exception: Unknown setting async_insert";
    MillraceException failure =
        failure(new RuntimeException(new ServerException(0, text, 500, "q")));
    assertThat(failure).isInstanceOf(StopException.class).hasMessageContaining("(code 115)");
    assertThat(ClickHouseFailure.code(failure)).isEqualTo(115);
    assertThat(failure(new ServerException(0, "no Code: 115", 500, "q")))
        .isInstanceOf(RetryException.class);
  }

  @Test
  void noServer() {
    assertThat(failure(new RuntimeException("x", new ConnectException("Connection refused"))))
        .isInstanceOf(RetryException.class)
        .hasMessageContaining("Connection refused")
        .hasMessageNotContaining("s3cr3t");
  }

  @Test
  void handshakes() {
    SSLHandshakeException untrusted = new SSLHandshakeException("no path");
    untrusted.initCause(new CertificateException("not trusted"));
    assertThat(failure(new RuntimeException(untrusted)))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("ssl_root_cert");
    assertThat(failure(new RuntimeException(new SSLPeerUnverifiedException("another host"))))
        .isInstanceOf(StopException.class);
    assertThat(failure(new SSLHandshakeException("Remote host terminated the handshake")))
        .isInstanceOf(RetryException.class);
  }

  @Test
  void oneInsertIntoTooManyPartitionsIsForAPerson() {
    String text =
        "Code: 252. DB::Exception: Too many partitions for single INSERT block (more than 100).";
    assertThat(failure(new RuntimeException(new ServerException(252, text, 500, "q"))))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("longer times");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"db:8123", "ftp://db", "http://user:s3cr3t@db", "http:// db", "clickhouse"})
  void addressesThatAreNone(String url) {
    assertThatThrownBy(
            () ->
                ClickHouseAddress.of(
                    OptionValues.of(ClickHouseAddress.OPTIONS, Map.of("url", url))))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("[DATABASE_URL]")
        .hasMessageNotContaining("s3cr3t");
  }
}
