package dev.millrace.connect.files.redis;

import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.SharedLedger;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.connect.files.FilesError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * A source's ledger as a hash {@code millrace:files:<project>:<source>} of entries by their keys.
 * How far into the ledger topic they are stands in the key {@code <hash>:place}, which is set in
 * the transaction that sets entries: what Redis loses, both lose.
 */
public final class RedisLedger implements SharedLedger {
  private static final int AT_ONCE = 5_000;

  private final RedisConnection connection;
  private final String hash;
  private final String placeKey;

  private RedisLedger(RedisConnection connection, String hash) {
    this.connection = connection;
    this.hash = hash;
    this.placeKey = hash + ":place";
  }

  /**
   * Connects to the server.
   *
   * @throws RetryException if it is away
   * @throws dev.millrace.api.error.StopException if it refuses the user, or is not the one it
   *     should be
   */
  public static RedisLedger open(RedisAddress address, String project, String source) {
    return new RedisLedger(
        RedisConnection.open(address), "millrace:files:" + project + ":" + source);
  }

  @Override
  public Optional<String> place() {
    return Optional.ofNullable(connection.ask(redis -> redis.get(placeKey)));
  }

  @Override
  public void write(List<LedgerEntry> entries, Optional<String> from, String to) {
    Map<String, String> set = new HashMap<>();
    List<String> forgotten = new ArrayList<>();
    for (LedgerEntry entry : entries) {
      String value = entry.value();
      if (value == null) {
        forgotten.add(entry.key());
      } else {
        set.put(entry.key(), value);
      }
    }
    boolean written =
        connection.ask(
            redis -> {
              // From here on the transaction is refused if the place changes.
              redis.watch(placeKey);
              return Optional.ofNullable(redis.get(placeKey)).equals(from)
                  && write(redis, set, forgotten, to);
            });
    if (!written) {
      throw new RetryException(
          Problem.error(
              FilesError.REDIS_CHANGED,
              null,
              "`%s` in %s is not as it was left: Redis lost some of it, or somebody else writes it"
                  .formatted(placeKey, connection),
              null),
          null);
    }
  }

  private boolean write(Jedis redis, Map<String, String> set, List<String> forgotten, String to) {
    try (Transaction transaction = redis.multi()) {
      if (!set.isEmpty()) {
        transaction.hset(hash, set);
      }
      if (!forgotten.isEmpty()) {
        transaction.hdel(hash, forgotten.toArray(String[]::new));
      }
      transaction.set(placeKey, to);
      // Null if it was refused.
      @Nullable List<Object> answers = transaction.exec();
      return answers != null;
    }
  }

  @Override
  public void read(BiConsumer<String, @Nullable String> entries) {
    ScanParams params = new ScanParams().count(AT_ONCE);
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      String from = cursor;
      ScanResult<Map.Entry<String, String>> page =
          connection.ask(redis -> redis.hscan(hash, from, params));
      page.getResult().forEach(e -> entries.accept(e.getKey(), e.getValue()));
      cursor = page.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
  }

  @Override
  public Optional<String> find(String key) {
    return Optional.ofNullable(connection.ask(redis -> redis.hget(hash, key)));
  }

  @Override
  public void close() {
    connection.close();
  }
}
