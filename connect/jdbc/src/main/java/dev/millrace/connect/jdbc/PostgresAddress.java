package dev.millrace.connect.jdbc;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Where a PostgreSQL server is and how to log in.
 *
 * @param url as the driver wants it, without credentials
 * @param properties of the driver, credentials among them
 * @param timeout the longest that one statement may take
 */
record PostgresAddress(String url, Properties properties, Duration timeout) {
  static final List<Option> OPTIONS =
      List.of(
          Option.required(
              "url",
              OptionType.TEXT,
              "The database's address: `postgresql://host:port/database`, or the same after `jdbc:`.",
              "postgresql://db.example.org:5432/ads"),
          Option.optional("user", OptionType.TEXT, "The user to log in as.", "millrace"),
          Option.optional(
              "password",
              OptionType.SECRET,
              "The user's password.",
              "{{ env_var('POSTGRES_PASSWORD') }}"),
          Option.withDefault(
                  "ssl_mode",
                  OptionType.TEXT,
                  "prefer",
                  "Whether the connection is encrypted and the server's certificate checked.")
              .oneOf("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
          Option.optional(
              "ssl_root_cert",
              OptionType.TEXT,
              "The file with the certificates that `verify-ca` and `verify-full` trust.",
              "/etc/ssl/db-ca.pem"),
          Option.optional(
              "ssl_cert",
              OptionType.TEXT,
              "The file with the client's own certificate.",
              "/etc/ssl/millrace.pem"),
          Option.optional(
              "ssl_key",
              OptionType.TEXT,
              "The file with the key of the client's certificate.",
              "/etc/ssl/millrace.pk8"),
          Option.withDefault(
              "connect_timeout", OptionType.DURATION, "10s", "How long to wait for a connection."),
          Option.withDefault(
              "timeout",
              OptionType.DURATION,
              "60s",
              "How long one statement may take before the delivery is given up and tried again."));

  private static final Pattern URL =
      Pattern.compile("(?:jdbc:)?postgres(?:ql)?://(?:([^:@/?]*)(?::([^@/?]*))?@)?(.*)");

  /**
   * Reads the options of the system.
   *
   * @throws StopException if the address is none
   */
  static PostgresAddress of(Options options, String applicationName) {
    Matcher matcher = URL.matcher(options.text("url").strip());
    if (!matcher.matches()) {
      throw malformed();
    }
    String url = "jdbc:postgresql://" + matcher.group(3);
    Properties properties = Driver.parseURL(url, null);
    if (properties == null) {
      throw malformed();
    }
    Duration timeout = options.duration("timeout");
    set(properties, PGProperty.USER, decoded(matcher.group(1)));
    set(properties, PGProperty.PASSWORD, decoded(matcher.group(2)));
    set(properties, PGProperty.USER, options.optionalText("user").orElse(null));
    set(properties, PGProperty.PASSWORD, options.optionalText("password").orElse(null));
    if (PGProperty.SSL_MODE.getOrDefault(properties) == null) {
      set(properties, PGProperty.SSL_MODE, options.text("ssl_mode"));
    }
    set(properties, PGProperty.SSL_ROOT_CERT, options.optionalText("ssl_root_cert").orElse(null));
    set(properties, PGProperty.SSL_CERT, options.optionalText("ssl_cert").orElse(null));
    set(properties, PGProperty.SSL_KEY, options.optionalText("ssl_key").orElse(null));
    String connectSeconds = seconds(options.duration("connect_timeout"));
    set(properties, PGProperty.CONNECT_TIMEOUT, connectSeconds);
    set(properties, PGProperty.LOGIN_TIMEOUT, connectSeconds);
    // The server ends a slow statement by itself; a server that hangs is left a little later.
    set(properties, PGProperty.SOCKET_TIMEOUT, seconds(timeout.plusSeconds(2)));
    set(properties, PGProperty.STRING_TYPE, "unspecified");
    set(properties, PGProperty.TCP_KEEP_ALIVE, "true");
    set(properties, PGProperty.APPLICATION_NAME, applicationName);
    // Parameters of the address are properties by now; without them the driver's messages, which
    // may repeat the address, hold no secret.
    return new PostgresAddress(url.replaceFirst("\\?.*", ""), properties, timeout);
  }

  /** Host, port and database, for people. */
  String place() {
    return url.substring("jdbc:postgresql://".length());
  }

  /**
   * Connects; statements run in transactions, with this address's timeout.
   *
   * @throws SQLException as the driver does
   */
  Connection connect() throws SQLException {
    Connection connection = new Driver().connect(url, properties);
    if (connection == null) {
      throw malformed();
    }
    try (Statement statement = connection.createStatement()) {
      long millis = timeout.toMillis();
      statement.execute(
          "SET statement_timeout = %d; SET idle_in_transaction_session_timeout = %d"
              .formatted(millis, 2 * millis));
      if (connection.getMetaData().getDatabaseMajorVersion() >= 14) {
        // A writer that was killed must not hold its locks until its statement ends.
        statement.execute("SET client_connection_check_interval = 2000");
      }
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static void set(Properties properties, PGProperty property, @Nullable String value) {
    if (value != null) {
      property.set(properties, value);
    }
  }

  private static String seconds(Duration duration) {
    return Long.toString(Math.max(1, duration.plusMillis(999).toSeconds()));
  }

  private static @Nullable String decoded(@Nullable String text) {
    return text == null
        ? null
        : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  // The offending text is not shown: it may hold a password.
  private static StopException malformed() {
    return new StopException(
        Problem.error(
            JdbcError.DATABASE_URL,
            null,
            "the system's `url` is no address of a PostgreSQL database",
            "write it as `postgresql://host:port/database`"),
        null);
  }

  /** Without the credentials. */
  @Override
  public String toString() {
    return place();
  }
}
