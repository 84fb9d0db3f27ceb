package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.RedisSystem;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * The source is killed around its commits, and Redis with it, which then has lost what it wrote
 * last: how many rows are lost, and how many come twice, is counted.
 */
@Tag("long")
class RedisKillsTest {
  private static final int FILES = 50;
  private static final int ROWS = 4_000;
  private static final int KILLS = 12;

  @TempDir Path folder;

  @Test
  void noRowIsLostOrRepeated() throws Exception {
    Path in = folder.resolve("in");
    RedisRun.write(in, FILES, ROWS);
    Random random = Seeds.random("RedisKillsTest");
    DataFolder data = DataFolder.open(folder);
    RedisSystem redis = new RedisSystem("redis", data.resolve("redis"), new Ports(data));
    int killed = 0;
    int bytesLost = 0;
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0)) {
      RedisRun.ensureTopic(broker);
      Map<String, Object> options = redis.start();
      int exit = FaultPoint.EXIT_CODE;
      for (int i = 0; exit == FaultPoint.EXIT_CODE; i++) {
        String point = random.nextInt(3) == 0 ? "source-before-commit" : "source-after-commit";
        exit = run(broker, in, options, i < KILLS ? point + ":" + (1 + random.nextInt(2)) : "");
        killed += exit == FaultPoint.EXIT_CODE ? 1 : 0;
        if (i % 2 == 1 && exit == FaultPoint.EXIT_CODE) {
          bytesLost += crash(redis, random);
          redis.start();
        }
      }
      List<String> rows = RedisRun.read(broker.cluster(), "rows");
      int distinct = new HashSet<>(rows).size();
      System.out.printf(
          "RedisKillsTest: %d kills, Redis lost %d bytes: %d rows lost, %d rows repeated%n",
          killed, bytesLost, FILES * ROWS - distinct, rows.size() - distinct);
      assertThat(killed).isGreaterThanOrEqualTo(5);
      assertThat(bytesLost).isPositive();
      assertThat(distinct).isEqualTo(FILES * ROWS);
      assertThat(rows).hasSize(distinct);
      try (Jedis tool = RedisRun.connect(options)) {
        assertThat(tool.hvals(RedisRun.HASH))
            .hasSize(FILES)
            .allMatch(e -> FileEntry.parse(e).state() == FileState.DONE);
      }
    } finally {
      redis.stop();
    }
  }

  private static int run(EmbeddedBroker broker, Path in, Map<String, Object> redis, String fault) {
    try (ChildJvm child =
        ChildJvm.start(
            RedisRun.Child.class,
            fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault),
            broker.cluster().url(),
            in.toString(),
            String.valueOf(redis.get("url")),
            String.valueOf(redis.get("user")),
            String.valueOf(redis.get("password")))) {
      int exit = child.awaitExit(RedisRun.LIMIT);
      assertThat(exit).as(child.output()).isIn(0, FaultPoint.EXIT_CODE);
      return exit;
    }
  }

  /**
   * Ends Redis as a crash of its machine would: the end of its file is gone, how much is chance.
   */
  private int crash(RedisSystem redis, Random random) throws IOException {
    ProcessHandle.of(redis.pid().orElseThrow()).orElseThrow().destroyForcibly();
    Awaitility.await().atMost(RedisRun.LIMIT).until(() -> redis.failure().isPresent());
    Path file = folder.resolve(".millrace/redis/data/appendonly.aof");
    try (RandomAccessFile written = new RandomAccessFile(file.toFile(), "rw")) {
      int lost = random.nextInt((int) Math.min(4_000, written.length() + 1));
      written.setLength(written.length() - lost);
      return lost;
    }
  }
}
