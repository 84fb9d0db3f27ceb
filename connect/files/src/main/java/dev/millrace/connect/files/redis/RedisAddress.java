package dev.millrace.connect.files.redis;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import dev.millrace.connect.files.FilesError;
import dev.millrace.connect.files.store.ServerUrl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where a Redis server is, whether the connection is encrypted, and how to log in.
 *
 * @param url host, port and scheme
 * @param database its number
 * @param user to log in as; empty for the server's default
 * @param password the user's; empty without one
 * @param certificates the file of certificates that are trusted; empty for those of Java
 * @param verifyCertificate false if the server may have any certificate
 * @param connectTimeout how long connecting may take
 * @param timeout how long one answer may take
 */
public record RedisAddress(
    ServerUrl url,
    int database,
    Optional<String> user,
    Optional<String> password,
    Optional<Path> certificates,
    boolean verifyCertificate,
    Duration connectTimeout,
    Duration timeout) {
  private static final int PORT = 6379;

  /** What {@code millrace.yml} may say of such a system. */
  public static final List<Option> OPTIONS =
      List.of(
          Option.required(
              "url",
              OptionType.TEXT,
              "The server's address: `redis://host:port/database`, or `rediss://` for an encrypted"
                  + " connection; the database is a number, 0 if left out.",
              "rediss://redis.example.org:6379/0"),
          Option.optional(
              "user",
              OptionType.TEXT,
              "The user to log in as, whatever `url` says; without either the server's default.",
              "millrace"),
          Option.optional(
              "password",
              OptionType.SECRET,
              "The user's password, from the environment.",
              "{{ env_var('REDIS_PASSWORD') }}"),
          Option.optional(
              "certificates",
              OptionType.TEXT,
              "The file of certificates (PEM) that are trusted, instead of Java's; relative to the"
                  + " project's folder.",
              "/etc/ssl/redis-ca.pem"),
          Option.withDefault(
              "verify_certificate",
              OptionType.BOOLEAN,
              "true",
              "Whether the server has to prove by its certificate who it is."),
          Option.withDefault(
              "connect_timeout", OptionType.DURATION, "10s", "How long to wait for a connection."),
          Option.withDefault(
              "timeout",
              OptionType.DURATION,
              "30s",
              "How long one answer may take before the connection is given up."));

  /**
   * Reads the options of the system. Connects to nothing.
   *
   * @param folder the project's
   * @throws StopException if they do not fit together
   */
  public static RedisAddress of(Options options, Path folder) {
    ServerUrl url = ServerUrl.parse(options.text("url"), PORT, "redis", "rediss");
    return new RedisAddress(
        url,
        database(url.folder()),
        options.optionalText("user").or(url::user),
        options.optionalText("password").or(url::password),
        options.optionalText("certificates").map(f -> folder.resolve(f).toAbsolutePath()),
        options.flag("verify_certificate"),
        options.duration("connect_timeout"),
        options.duration("timeout"));
  }

  private static int database(String path) {
    String number = path.startsWith("/") ? path.substring(1) : path;
    if (number.isEmpty()) {
      return 0;
    }
    if (!number.matches("\\d{1,6}")) {
      throw new StopException(
          Problem.error(
              FilesError.REDIS_URL,
              null,
              "`" + number + "` in the `url` of the Redis server is not the number of a database",
              "write it as `redis://host:port/0`"),
          null);
    }
    return Integer.parseInt(number);
  }

  /** True if the connection is encrypted. */
  boolean encrypted() {
    return url.scheme().equals("rediss");
  }

  /** The address; never a credential. */
  @Override
  public String toString() {
    return url.toString();
  }
}
