package dev.millrace.connect.clickhouse;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ClientFaultCause;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Where a ClickHouse server is and how to log in.
 *
 * @param url without credentials
 * @param options of the system
 */
record ClickHouseAddress(String url, Options options) {
  static final List<Option> OPTIONS =
      List.of(
          Option.required(
              "url",
              OptionType.TEXT,
              "The address of the server's HTTP interface: `http://host:8123` or"
                  + " `https://host:8443`.",
              "http://db.example.org:8123"),
          Option.withDefault("user", OptionType.TEXT, "default", "The user to log in as."),
          Option.optional(
              "password",
              OptionType.SECRET,
              "The user's password.",
              "{{ env_var('CLICKHOUSE_PASSWORD') }}"),
          Option.withDefault(
              "database",
              OptionType.TEXT,
              "default",
              "The database of tables that a sink names without one. Created if it is missing."),
          Option.withDefault(
              "compress",
              OptionType.BOOLEAN,
              "false",
              "Whether rows are compressed (LZ4) on their way to the server; not for an embedded one."),
          Option.optional(
              "ssl_root_cert",
              OptionType.TEXT,
              "The file with the certificates that are trusted with `https`, besides Java's own.",
              "/etc/ssl/db-ca.pem"),
          Option.withDefault(
              "connect_timeout", OptionType.DURATION, "10s", "How long to wait for a connection."),
          Option.withDefault(
              "timeout",
              OptionType.DURATION,
              "60s",
              "How long one request may take before the delivery is given up and tried again."));

  /**
   * Reads the options of the system.
   *
   * @throws StopException if the address is none
   */
  static ClickHouseAddress of(Options options) {
    try {
      URI uri = new URI(options.text("url").strip());
      String scheme = uri.getScheme();
      if (uri.getHost() == null
          || uri.getUserInfo() != null
          || !("http".equals(scheme) || "https".equals(scheme))) {
        throw malformed();
      }
      int standard = scheme.equals("http") ? 8123 : 8443;
      String path = uri.getPath() == null || uri.getPath().equals("/") ? "" : uri.getPath();
      return new ClickHouseAddress(
          scheme
              + "://"
              + uri.getHost()
              + ":"
              + (uri.getPort() < 0 ? standard : uri.getPort())
              + path,
          options);
    } catch (URISyntaxException e) {
      throw malformed();
    }
  }

  /** The database of tables that are named without one. */
  String database() {
    return options.text("database");
  }

  /**
   * A client; it connects when it is used.
   *
   * @param name under which the server sees it
   * @param current the database of names without one, which has to exist
   */
  Client connect(String name, String current) {
    Duration timeout = options.duration("timeout");
    Client.Builder builder =
        new Client.Builder()
            .addEndpoint(url)
            .setUsername(options.text("user"))
            .setPassword(options.optionalText("password").orElse(""))
            .setClientName(name)
            .setDefaultDatabase(current)
            .compressClientRequest(options.flag("compress"))
            .compressServerResponse(options.flag("compress"))
            .setConnectTimeout(options.duration("connect_timeout").toMillis(), ChronoUnit.MILLIS)
            .setConnectionRequestTimeout(timeout.toMillis(), ChronoUnit.MILLIS)
            .setSocketTimeout(timeout.toMillis(), ChronoUnit.MILLIS)
            .setExecutionTimeout(timeout.toMillis(), ChronoUnit.MILLIS)
            // The delivery tries again, and knows what it has tried.
            .retryOnFailures(ClientFaultCause.None)
            .setMaxRetries(0)
            .useServerTimeZone(false)
            .useTimeZone("UTC")
            // Rows must be in a part when the server says that they are.
            .serverSetting("async_insert", "0");
    Optional<String> certificates = options.optionalText("ssl_root_cert");
    certificates.ifPresent(builder::setRootCertificate);
    try {
      return builder.build();
    } catch (RuntimeException e) {
      // Nothing was connected yet: it is about files of certificates and the like.
      throw new StopException(
          Problem.error(
              ClickHouseError.DATABASE_ACCESS,
              null,
              "cannot make ready to connect to ClickHouse at " + url + ": " + e.getMessage(),
              "check the system's `ssl_root_cert`"),
          e);
    }
  }

  // The offending text is not shown: it may hold a password.
  private static StopException malformed() {
    return new StopException(
        Problem.error(
            ClickHouseError.DATABASE_URL,
            null,
            "the system's `url` is no address of a ClickHouse server",
            "write it as `http://host:8123` or `https://host:8443`, with `user` and `password` beside"
                + " it"),
        null);
  }

  /** Without the credentials. */
  @Override
  public String toString() {
    return url;
  }
}
