package dev.millrace.connect.files.redis;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.FilesError;
import dev.millrace.connect.files.store.TrustedCertificates;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/** One connection to a Redis server; after an exception it is of no more use. For one thread. */
final class RedisConnection implements AutoCloseable {
  private final RedisAddress address;
  private final Jedis jedis;

  private RedisConnection(RedisAddress address, Jedis jedis) {
    this.address = address;
    this.jedis = jedis;
  }

  /**
   * Connects and logs in.
   *
   * @throws RetryException if the server is away
   * @throws StopException if it refuses the user, or is not the one it should be
   */
  static RedisConnection open(RedisAddress address) {
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            // What every server knows.
            .resp2()
            .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
            .clientName("millrace")
            .connectionTimeoutMillis((int) address.connectTimeout().toMillis())
            .socketTimeoutMillis((int) address.timeout().toMillis())
            .database(address.database());
    address.user().ifPresent(config::user);
    address.password().ifPresent(config::password);
    if (address.encrypted()) {
      encrypt(config, address);
    }
    Jedis jedis = null;
    try {
      jedis =
          new Jedis(new HostAndPort(address.url().host(), address.url().port()), config.build());
      jedis.ping();
      return new RedisConnection(address, jedis);
    } catch (JedisException e) {
      if (jedis != null) {
        close(jedis);
      }
      throw failure(address, e);
    }
  }

  private static void encrypt(DefaultJedisClientConfig.Builder config, RedisAddress address) {
    Optional<TrustManager> trust =
        TrustedCertificates.of(address.certificates(), address.verifyCertificate());
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.map(t -> new TrustManager[] {t}).orElse(null), null);
      config.ssl(true).sslSocketFactory(context.getSocketFactory());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    SSLParameters parameters = new SSLParameters();
    if (address.verifyCertificate()) {
      // Java compares names of hosts only if it is told to.
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    config.sslParameters(parameters);
  }

  /**
   * Asks the server.
   *
   * @throws RetryException if it is away, or may answer later
   * @throws StopException if it never will
   */
  <T> T ask(Function<Jedis, T> question) {
    try {
      return question.apply(jedis);
    } catch (JedisException e) {
      throw failure(address, e);
    }
  }

  private static MillraceException failure(RedisAddress address, JedisException e) {
    String said = String.valueOf(e.getMessage());
    if (TrustedCertificates.isRefusal(e)) {
      return stop(
          FilesError.FILES_HOST_KEY,
          "%s does not prove who it is: %s".formatted(address, reason(e)),
          "name the certificate of its authority in `certificates`",
          e);
    }
    boolean answer = e instanceof JedisDataException;
    if (e instanceof JedisAccessControlException || answer && said.contains("AUTH")) {
      return stop(
          FilesError.REDIS_LOGIN,
          "%s refuses the login: %s".formatted(address, said),
          "look at `user` and `password`, and at what the user may do (GET, HGET, HSCAN, HSET, HDEL,"
              + " SET, WATCH, MULTI)",
          e);
    }
    if (e instanceof JedisRedirectionException) {
      return stop(
          FilesError.REDIS_LEDGER,
          "%s belongs to a cluster of Redis servers".formatted(address),
          "name one that stands for itself, or for others behind it",
          e);
    }
    if (said.startsWith("WRONGTYPE") || said.startsWith("ERR DB index")) {
      return stop(
          FilesError.REDIS_LEDGER,
          "%s: %s".formatted(address, said),
          "look at the keys `millrace:files:...`, of which the ledger is a hash, and at the database's"
              + " number in `url`",
          e);
    }
    String what = answer ? "cannot do it now" : "does not answer";
    return new RetryException(
        Problem.error(
            FilesError.REDIS_AWAY, null, "%s %s: %s".formatted(address, what, reason(e)), null),
        e);
  }

  /**
   * Jedis hides it below its own words; of several addresses of a host it tells the first one's.
   */
  private static String reason(JedisException e) {
    Throwable deepest = e;
    while (deepest.getCause() != null || deepest.getSuppressed().length > 0) {
      deepest = deepest.getCause() != null ? deepest.getCause() : deepest.getSuppressed()[0];
    }
    return String.valueOf(deepest.getMessage());
  }

  private static StopException stop(
      FilesError code, String message, String hint, JedisException cause) {
    return new StopException(Problem.error(code, null, message, hint), cause);
  }

  @Override
  public void close() {
    close(jedis);
  }

  private static void close(Jedis jedis) {
    try {
      jedis.close();
    } catch (JedisException e) {
      // It is gone either way.
    }
  }

  /** The address; never a credential. */
  @Override
  public String toString() {
    return address.toString();
  }
}
