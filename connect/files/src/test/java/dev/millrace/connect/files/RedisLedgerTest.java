package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.SharedLedger;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.redis.RedisAddress;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.RedisSystem;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.SourceRunner;
import dev.millrace.log.SourceState;
import dev.millrace.testing.OptionValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** The ledger in a real Redis that others read and write too; what is in it decides. */
class RedisLedgerTest {
  private static final int FILES = 4;
  private static final int ROWS = 50;

  @TempDir static Path shared;
  private static RedisSystem redis;
  private static Map<String, Object> options;

  @TempDir Path folder;
  private EmbeddedBroker broker;
  private Jedis tool;
  private Path in;

  @BeforeAll
  static void startRedis() {
    DataFolder data = DataFolder.open(shared);
    redis = new RedisSystem("redis", data.resolve("redis"), new Ports(data));
    options = redis.start();
  }

  @AfterAll
  static void stopRedis() {
    redis.stop();
  }

  @BeforeEach
  void start() throws Exception {
    broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
    RedisRun.ensureTopic(broker);
    in = folder.resolve("in");
    RedisRun.write(in, FILES, ROWS);
    tool = RedisRun.connect(options);
    tool.flushAll();
  }

  @AfterEach
  void stop() {
    tool.close();
    broker.close();
  }

  private void run(String... sourceOptions) {
    RedisRun.runToEnd(broker, RedisRun.task(in, options, sourceOptions));
  }

  private List<String> rows() {
    return RedisRun.read(broker.cluster(), "rows");
  }

  /** What the tool sees: states by key. */
  private Map<String, FileState> states() {
    Map<String, FileState> states = new TreeMap<>();
    tool.hgetAll(RedisRun.HASH).forEach((k, v) -> states.put(k, FileEntry.parse(v).state()));
    return states;
  }

  @Test
  void entriesAreSharedAndDecideWhatIsReadAgain() {
    run("identity", "path");
    assertThat(rows()).hasSize(FILES * ROWS).doesNotHaveDuplicates();
    assertThat(states())
        .containsOnlyKeys("f00.csv", "f01.csv", "f02.csv", "f03.csv")
        .containsValue(FileState.DONE);
    // The topic has the same.
    assertThat(RedisRun.read(broker.cluster(), RedisRun.LEDGER_TOPIC))
        .contains("f00.csv=" + tool.hget(RedisRun.HASH, "f00.csv"));

    run("identity", "path");
    assertThat(rows()).hasSize(FILES * ROWS);

    tool.hdel(RedisRun.HASH, "f01.csv");
    run("identity", "path");
    assertThat(rows()).hasSize((FILES + 1) * ROWS);
    assertThat(states()).containsKey("f01.csv");
  }

  @Test
  void entryOfAnotherToolMakesFileSkipped() throws Exception {
    tool.hset(RedisRun.HASH, "f01.csv", "{\"state\":\"skipped\"}");
    run("identity", "path", "after", "move", "move_to", "done");
    assertThat(rows()).hasSize((FILES - 1) * ROWS).doesNotContain("{\"id\":50,\"name\":\"x\"}");
    // It stays, and the ledger tells which file it is.
    assertThat(in.resolve("f01.csv")).exists();
    assertThat(in.resolve("done/f00.csv")).exists();
    FileEntry skipped = FileEntry.parse(tool.hget(RedisRun.HASH, "f01.csv"));
    assertThat(skipped.state()).isEqualTo(FileState.SKIPPED);
    assertThat(skipped.file().size()).isEqualTo(Files.size(in.resolve("f01.csv")));
    assertThat(RedisRun.read(broker.cluster(), RedisRun.LEDGER_TOPIC))
        .anyMatch(e -> e.startsWith("f01.csv=") && e.contains("\"skipped\""));
    run("identity", "path", "after", "move", "move_to", "done");
    assertThat(rows()).hasSize((FILES - 1) * ROWS);
  }

  /** With the source open and after its end: Redis has what a person wants, and decides by it. */
  @Test
  void amendedEntriesAreSharedToo() {
    try (SourceRunner runner =
        SourceRunner.start(
            broker.cluster(), RedisRun.task(in, options, "identity", "path", "once", "false"))) {
      Awaitility.await()
          .atMost(RedisRun.LIMIT)
          .until(() -> runner.state().records() == FILES * ROWS);
      Awaitility.await().atMost(RedisRun.LIMIT).until(() -> states().size() == FILES);
      assertThat(runner.amend(LedgerAction.FORGET, Set.of("f01.csv", "none")))
          .containsExactly("f01.csv");
      Awaitility.await()
          .atMost(RedisRun.LIMIT)
          .until(() -> runner.state().records() == (FILES + 1) * ROWS);
    }
    assertThat(states()).hasSize(FILES);
    try (SourceRunner runner =
        SourceRunner.start(broker.cluster(), RedisRun.task(in, options, "identity", "path"))) {
      Awaitility.await()
          .atMost(RedisRun.LIMIT)
          .until(() -> runner.state().status() == SourceState.Status.ENDED);
      runner.amend(LedgerAction.FORGET, Set.of("f02.csv"));
      assertThat(states()).doesNotContainKey("f02.csv").hasSize(FILES - 1);
    }
    run("identity", "path");
    assertThat(rows()).hasSize((FILES + 2) * ROWS);
  }

  @Test
  void entryCountsWhileTheSourceRuns() throws Exception {
    try (SourceRunner runner =
        SourceRunner.start(broker.cluster(), RedisRun.task(in, options, "once", "false"))) {
      Awaitility.await()
          .atMost(RedisRun.LIMIT)
          .until(() -> runner.state().records() == FILES * ROWS);
      Path late = Files.writeString(folder.resolve("late"), "id,name\n1000,x\n");
      String key =
          "late.csv|%d|%d".formatted(Files.size(late), Files.getLastModifiedTime(late).toMillis());
      tool.hset(RedisRun.HASH, key, "{\"state\":\"done\"}");
      Files.move(late, in.resolve("late.csv"));
      Files.writeString(in.resolve("later.csv"), "id,name\n2000,x\n");
      Awaitility.await()
          .atMost(RedisRun.LIMIT)
          .until(() -> runner.state().records() == FILES * ROWS + 1);
      assertThat(FileEntry.parse(tool.hget(RedisRun.HASH, key)).namesFile()).isTrue();
    }
    assertThat(rows()).contains("{\"id\":2000,\"name\":\"x\"}").hasSize(FILES * ROWS + 1);
  }

  @Test
  void contentThatAnotherToolKnowsIsNotRead() {
    run("identity", "content");
    String hash =
        tool.hkeys(RedisRun.HASH).stream().filter(k -> k.startsWith("content:")).findFirst().get();
    assertThat(rows()).hasSize(FILES * ROWS);
    tool.flushAll();
    broker.close();
    broker = EmbeddedBroker.start(folder.resolve("kafka2"), 0);
    RedisRun.ensureTopic(broker);
    tool.hset(RedisRun.HASH, hash, "{\"state\":\"content\"}");
    run("identity", "content");
    assertThat(rows()).hasSize((FILES - 1) * ROWS);
    assertThat(states().values()).contains(FileState.DUPLICATE);
  }

  @Test
  void whatRedisHasLostComesFromTheTopic() {
    run();
    Map<String, FileState> before = states();
    assertThat(before).hasSize(FILES);
    tool.flushAll();
    run();
    assertThat(states()).isEqualTo(before);
    assertThat(rows()).hasSize(FILES * ROWS);

    // As after a crash of a machine: of the last transaction entries and place are gone together.
    tool.hdel(RedisRun.HASH, before.keySet().iterator().next());
    String place = tool.get(RedisRun.HASH + ":place");
    tool.set(RedisRun.HASH + ":place", place.replaceFirst(":\\d+$", ":0"));
    run();
    assertThat(states()).isEqualTo(before);
    assertThat(rows()).hasSize(FILES * ROWS);
  }

  @Test
  void losingItWhileTheSourceRunsIsNoticed() throws Exception {
    try (SourceRunner runner =
        SourceRunner.start(broker.cluster(), RedisRun.task(in, options, "once", "false"))) {
      Awaitility.await()
          .atMost(RedisRun.LIMIT)
          .until(() -> states().size() == FILES && !states().containsValue(FileState.READING));
      tool.flushAll();
      Files.writeString(in.resolve("later.csv"), "id,name\n2000,x\n");
      Awaitility.await().atMost(RedisRun.LIMIT).until(() -> states().size() == FILES + 1);
    }
    assertThat(rows()).hasSize(FILES * ROWS + 1).doesNotHaveDuplicates();
  }

  @Test
  void sourceWaitsWhileRedisIsAway() throws Exception {
    try (SourceRunner runner =
        SourceRunner.start(broker.cluster(), RedisRun.task(in, options, "once", "false"))) {
      Awaitility.await()
          .atMost(RedisRun.LIMIT)
          .until(() -> runner.state().records() == FILES * ROWS);
      redis.stop();
      try {
        Files.writeString(in.resolve("later.csv"), "id,name\n2000,x\n");
        Awaitility.await()
            .atMost(RedisRun.LIMIT)
            .until(() -> runner.state().status() == SourceState.Status.RETRYING);
        Awaitility.await().atMost(RedisRun.LIMIT).until(() -> runner.state().retries() > 2);
        assertThat(runner.state().problems().toString())
            .contains("REDIS_AWAY")
            .contains("redis://127.0.0.1:")
            .contains("does not answer")
            .contains("Connection refused")
            .doesNotContain(String.valueOf(options.get("password")));
      } finally {
        redis.start();
      }
      tool.close();
      tool = RedisRun.connect(options);
      Awaitility.await().atMost(RedisRun.LIMIT).until(() -> states().size() == FILES + 1);
    }
    assertThat(rows()).hasSize(FILES * ROWS + 1).doesNotHaveDuplicates();
  }

  @Test
  void ledgerMovesFromKafkaToRedisAndBack() {
    RedisRun.runToEnd(broker, RedisRun.inKafka(in));
    assertThat(states()).isEmpty();
    run();
    assertThat(states()).hasSize(FILES);
    RedisRun.runToEnd(broker, RedisRun.inKafka(in));
    assertThat(rows()).hasSize(FILES * ROWS);
  }

  @Test
  void whoHasBeenOvertakenWritesNothing() {
    try (SharedLedger first = open(Map.of());
        SharedLedger second = open(Map.of())) {
      first.write(List.of(new LedgerEntry("a", "1")), Optional.empty(), "t:1");
      assertThat(second.place()).contains("t:1");
      second.write(
          List.of(new LedgerEntry("a", "2"), new LedgerEntry("b", "2")), Optional.of("t:1"), "t:2");
      assertThatThrownBy(
              () -> first.write(List.of(new LedgerEntry("a", null)), Optional.of("t:1"), "t:3"))
          .isInstanceOf(RetryException.class)
          .hasMessageContaining("is not as it was left");
      assertThat(tool.hgetAll(RedisRun.HASH)).isEqualTo(Map.of("a", "2", "b", "2"));
      second.write(List.of(new LedgerEntry("a", null)), Optional.of("t:2"), "t:3");
      assertThat(tool.hgetAll(RedisRun.HASH)).isEqualTo(Map.of("b", "2"));
    }
  }

  private static SharedLedger open(Map<String, String> other) {
    Map<String, String> texts = new HashMap<>();
    options.forEach((k, v) -> texts.put(k, v.toString()));
    texts.putAll(other);
    return new FilesConnector()
        .openLedger(OptionValues.of(RedisAddress.OPTIONS, texts), Path.of(""), "project", "test");
  }

  @Test
  void wrongPasswordStops() {
    assertThatThrownBy(() -> open(Map.of("password", "wrong")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("refuses the login: WRONGPASS")
        .hasMessageContaining("[REDIS_LOGIN]");
  }

  @Test
  void addressWithoutNumberOfDatabaseStops() {
    assertThatThrownBy(() -> open(Map.of("url", "redis://127.0.0.1/files")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("`files` in the `url` of the Redis server is not the number");
    assertThatThrownBy(() -> open(Map.of("url", "http://127.0.0.1")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("redis://host:port/database");
    assertThatThrownBy(() -> open(Map.of("url", options.get("url") + "/99")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("DB index is out of range");
  }

  @Test
  void keyThatIsNoHashStops() {
    tool.set(RedisRun.HASH, "text");
    try (SharedLedger ledger = open(Map.of())) {
      assertThatThrownBy(() -> ledger.read((k, v) -> {}))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("WRONGTYPE");
    }
  }

  @Test
  void entryThatIsNoneStopsTheSource() {
    tool.hset(RedisRun.HASH, "f01.csv", "skipped");
    try (SourceRunner runner = SourceRunner.start(broker.cluster(), RedisRun.task(in, options))) {
      Awaitility.await()
          .atMost(RedisRun.LIMIT)
          .until(() -> runner.state().status() == SourceState.Status.FAILED);
      assertThat(runner.state().problems().toString())
          .contains("an entry that this version cannot read: skipped");
    }
  }
}
