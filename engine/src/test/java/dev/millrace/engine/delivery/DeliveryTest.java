package dev.millrace.engine.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.api.connect.QuerySink;
import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkPace;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.flow.SystemTables;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.project.SinkSpec;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How changes that wait are handed to a sink. */
@Timeout(60)
class DeliveryTest {
  private static final Schema SCHEMA =
      new Schema(List.of(new Column("v", new DataType.Scalar(DataType.Kind.INTEGER))));

  @TempDir Path folder;

  /** A target that remembers how many changes it got each time. */
  private static class Target implements Sink {
    private final SinkPace pace;
    final List<Integer> chunks = new CopyOnWriteArrayList<>();

    Target(SinkPace pace) {
      this.pace = pace;
    }

    @Override
    public SinkPace pace() {
      return pace;
    }

    @Override
    public Optional<SinkPosition> position() {
      return Optional.empty();
    }

    @Override
    public void deliver(Batch changes, long sequence) {
      chunks.add(changes.size());
    }

    @Override
    public void adopt() {
      throw new IllegalStateException("it has no position");
    }

    @Override
    public void close() {}
  }

  /** A target that reads its changes itself, and remembers their values. */
  private static final class Reader extends Target implements QuerySink {
    private final List<Integer> values = new CopyOnWriteArrayList<>();
    private final Runnable beforeReading;

    Reader(SinkPace pace) {
      this(pace, () -> {});
    }

    Reader(SinkPace pace, Runnable beforeReading) {
      super(pace);
      this.beforeReading = beforeReading;
    }

    @Override
    public void deliver(Connection duckdb, String changes, long sequence) {
      int before = values.size();
      beforeReading.run();
      try (Statement statement = duckdb.createStatement();
          ResultSet row = statement.executeQuery("SELECT v * _w FROM (" + changes + ")")) {
        while (row.next()) {
          values.add(row.getInt(1));
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      chunks.add(values.size() - before);
    }
  }

  private Outbox outbox(Store store, WriteMode mode, String numbers) throws Exception {
    SinkSpec sink =
        new SinkSpec(
            "s",
            "t",
            "kafka",
            "t",
            mode,
            mode == WriteMode.UPSERT ? List.of("v") : List.of(),
            1 << 20,
            new Options(List.of(), Map.of()),
            SourceLocation.ofFile("sinks/s.yml"),
            Map.of());
    try (var writer = store.writer();
        StateTables tables = new StateTables(store)) {
      writer.transact(
          t -> {
            SystemTables.create(t);
            new Outbox(sink, SCHEMA).create(t, tables);
            t.execute(
                "INSERT INTO outbox.s (_seq, _w, _at, v)"
                    + " SELECT row_number() OVER (), sign(i), now(), abs(i) FROM "
                    + numbers
                    + " AS r(i)");
            return true;
          });
      Outbox outbox = new Outbox(sink, SCHEMA);
      writer.transact(
          t -> {
            outbox.create(t, tables);
            return true;
          });
      return outbox;
    }
  }

  private Target delivered(SinkPace pace, int changes, int chunks) throws Exception {
    Target target = new Target(pace);
    deliver(target, WriteMode.APPEND, "range(1, " + (changes + 1) + ")", chunks);
    return target;
  }

  private void deliver(Target target, WriteMode mode, String numbers, int chunks) throws Exception {
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 1))) {
      Outbox outbox = outbox(store, mode, numbers);
      try (Delivery delivery = new Delivery(outbox, store, () -> target, false, Optional.empty())) {
        delivery.start();
        await().until(() -> target.chunks.size() >= chunks);
        delivery.wake();
      }
    }
  }

  @Test
  void aSinkThatReadsItselfGetsEachChangeOnce() throws Exception {
    Reader reader = new Reader(new SinkPace(10, 1, Duration.ofMillis(1)));
    deliver(reader, WriteMode.APPEND, "range(1, 26)", 3);
    assertThat(reader.chunks).containsExactly(10, 10, 5);
    assertThat(reader.values)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(1, 26).boxed().toList());
  }

  @Test
  void whatIsCommittedBeforeASinkReadsBelongsToTheNextChunk() throws Exception {
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 1));
        StateTables tables = new StateTables(store)) {
      Outbox outbox = outbox(store, WriteMode.APPEND, "range(1, 4)");
      AtomicBoolean grown = new AtomicBoolean();
      Runnable grow =
          () -> {
            if (grown.compareAndSet(false, true)) {
              grow(store, outbox, tables);
            }
          };
      Reader reader = new Reader(new SinkPace(10, 1, Duration.ofMillis(1)), grow);
      try (Delivery delivery = new Delivery(outbox, store, () -> reader, false, Optional.empty())) {
        delivery.start();
        await().until(() -> reader.chunks.size() >= 2);
      }
      assertThat(reader.values).containsExactly(1, 2, 3, 4, 5);
    }
  }

  private static void grow(Store store, Outbox outbox, StateTables tables) {
    try (var writer = store.writer()) {
      writer.transact(
          t -> {
            t.execute(
                "INSERT INTO outbox.s (_seq, _w, _at, v) VALUES (4, 1, now(), 4), (5, 1, now(), 5)");
            outbox.create(t, tables);
            return true;
          });
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aSinkThatReadsItselfGetsTheNewestChangeOfAKey() throws Exception {
    Reader reader = new Reader(new SinkPace(10, 1, Duration.ofMillis(1)));
    deliver(reader, WriteMode.UPSERT, "unnest([1, 2, -1, -2, 3, 2])", 1);
    assertThat(reader.values).containsExactlyInAnyOrder(-1, 2, 3);
  }

  @Test
  void aSinkThatTakesAllAtOnceGetsAllAtOnce() throws Exception {
    assertThat(delivered(SinkPace.AT_ONCE, 25, 1).chunks).containsExactly(25);
  }

  @Test
  void aFullChunkComesAtOnceAndTheRestLater() throws Exception {
    SinkPace pace = new SinkPace(10, SinkPace.BYTES, Duration.ofHours(1));
    assertThat(delivered(pace, 25, 2).chunks).containsExactly(10, 10);
  }

  @Test
  void theRestComesWhenTheTimeIsOver() throws Exception {
    SinkPace pace = new SinkPace(10, SinkPace.BYTES, Duration.ofMillis(1));
    assertThat(delivered(pace, 25, 3).chunks).containsExactly(10, 10, 5);
  }

  /** Each number takes some 32 bytes; half of those that were too many fit. */
  @Test
  void aChunkHasFewerRowsWhereTheyTakeMuchMemory() throws Exception {
    SinkPace pace = new SinkPace(20, 200, Duration.ZERO);
    assertThat(delivered(pace, 10, 4).chunks).containsExactly(3, 3, 3, 1);
  }

  @Test
  void aRowThatTakesMoreThanAChunkMayGoesAlone() throws Exception {
    SinkPace pace = new SinkPace(20, 1, Duration.ZERO);
    assertThat(delivered(pace, 3, 3).chunks).containsExactly(1, 1, 1);
  }

  /** Its flow would wait for it otherwise, and with that for everything else of the flow. */
  @Test
  void whatWaitsForAStoppedSinkIsCompacted() throws Exception {
    String many = "(SELECT i % 10 + 1 FROM range(50000) AS x(i))";
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 1))) {
      Outbox keyed = outbox(store, WriteMode.UPSERT, many);
      assertThat(keyed.isFull()).isTrue();
      try (Delivery delivery = stopping(keyed, store)) {
        await().until(() -> !keyed.isFull());
        await().untilAsserted(() -> assertThat(delivery.isStuck()).isFalse());
        assertThat(delivery.health()).isEqualTo(Health.STOPPED);
      }
      try (var writer = store.writer()) {
        writer.transact(
            t -> {
              t.execute("DROP TABLE outbox.s");
              return true;
            });
      }
      try (Delivery delivery = stopping(outbox(store, WriteMode.APPEND, many), store)) {
        await().until(delivery::isStuck);
      }
    }
  }

  private static Delivery stopping(Outbox outbox, Store store) {
    Delivery delivery =
        new Delivery(
            outbox,
            store,
            () -> {
              throw new StopException(
                  Problem.error(DeliveryError.SINK_FAILED, null, "refused", null), null);
            },
            false,
            Optional.empty());
    delivery.start();
    return delivery;
  }
}
