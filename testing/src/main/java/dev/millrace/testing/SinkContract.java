package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every sink connector promises, as tests against its real system: a connector's test extends
 * this class and gives access to the system. Rows are compared whatever their order.
 */
public abstract class SinkContract {
  private static final AtomicInteger TABLES = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DataType BIGINT = new DataType.Scalar(DataType.Kind.BIGINT);
  private static final DataType TEXT = new DataType.Scalar(DataType.Kind.VARCHAR);
  private static final Schema PAIRS =
      new Schema(List.of(new Column("id", BIGINT), new Column("text", TEXT)));

  @TempDir Path folder;

  /** The connector, with a public constructor without parameters. */
  protected abstract SinkConnector connector();

  /** The texts of the system options that reach the running system. */
  protected abstract Map<String, String> system();

  /** Stops the system, so that nobody can connect. */
  protected abstract void stopSystem();

  /** Starts the system again, at the same address and with its data. */
  protected abstract void startSystem();

  /**
   * All rows of a table, each with the schema's columns in order, as batches would hold them or as
   * {@link #stored} says.
   */
  protected abstract List<List<@Nullable Object>> read(String table, Schema schema);

  /** What {@link #read} gives for a value that was delivered, where that is another. */
  protected Object stored(DataType type, Object value) {
    return value;
  }

  /** What {@link #read} gives for a null of a type that has none in the system. */
  protected @Nullable Object storedNull(DataType type) {
    return null;
  }

  /**
   * Whether the type that the system has for another one holds this value; where it does not, the
   * connector's own test shows what becomes of it.
   */
  protected boolean holds(DataType type, Object value) {
    return true;
  }

  /** The name of a table that no other test uses. */
  protected String newTable() {
    return "kit_" + TABLES.incrementAndGet();
  }

  /** What a sink is opened with; the sink's name is the table's. */
  protected SinkContext context(String table, Schema schema, String... key) {
    return new SinkContext(
        "kit",
        table,
        "epoch-1",
        OptionValues.of(connector().systemOptions(), system()),
        OptionValues.of(connector().sinkOptions(), Map.of()),
        table,
        schema,
        key.length == 0 ? WriteMode.APPEND : WriteMode.UPSERT,
        List.of(key));
  }

  @ParameterizedTest
  @EnumSource(names = {"APPEND", "UPSERT"})
  void everyTypeComesBackAsItWent(WriteMode mode) {
    Map<DataType, List<Object>> samples = new LinkedHashMap<>(SampleValues.all());
    samples.keySet().removeIf(type -> connector().targetType(type).isEmpty());
    samples.replaceAll((type, values) -> values.stream().filter(v -> holds(type, v)).toList());
    List<Column> columns = new ArrayList<>(List.of(new Column("row_id", BIGINT)));
    samples.keySet().forEach(type -> columns.add(new Column("c" + columns.size(), type)));
    Schema schema = new Schema(columns);
    int rows = samples.values().stream().mapToInt(List::size).max().orElseThrow() + 1;
    Batches batch = new Batches(schema);
    List<List<@Nullable Object>> expected = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      @Nullable Object[] values = new @Nullable Object[columns.size()];
      @Nullable Object[] wanted = new @Nullable Object[columns.size()];
      values[0] = wanted[0] = (long) row;
      int column = 1;
      for (Map.Entry<DataType, List<Object>> sample : samples.entrySet()) {
        // The last row is all null.
        if (row < sample.getValue().size()) {
          values[column] = sample.getValue().get(row);
          wanted[column] = stored(sample.getKey(), sample.getValue().get(row));
        } else {
          wanted[column] = storedNull(sample.getKey());
        }
        column++;
      }
      batch.put(values);
      expected.add(Arrays.asList(wanted));
    }
    String table = newTable();
    String[] key = mode == WriteMode.UPSERT ? new String[] {"row_id"} : new String[0];
    try (Sink sink = connector().open(context(table, schema, key))) {
      sink.deliver(batch.build(), 1);
    }
    assertRows(table, schema, expected);
  }

  @Test
  void typesWithoutTargetTypeAreNotInTheWay() {
    assertThat(connector().targetType(BIGINT)).isPresent();
    assertThat(connector().targetType(TEXT)).isPresent();
  }

  @Test
  void randomUpsertsAndDeletesLeaveTheLatestRowOfEachKey() {
    Random random = Seeds.random("randomUpsertsAndDeletesLeaveTheLatestRowOfEachKey");
    Schema schema =
        new Schema(
            List.of(
                new Column("a", BIGINT),
                new Column("b", TEXT),
                new Column("v", new DataType.Scalar(DataType.Kind.DOUBLE))));
    String table = newTable();
    Map<List<@Nullable Object>, List<@Nullable Object>> model = new HashMap<>();
    try (Sink sink = connector().open(context(table, schema, "a", "b"))) {
      for (int round = 1; round <= 20; round++) {
        Map<List<@Nullable Object>, Boolean> touched = new LinkedHashMap<>();
        // Few and many: a sink may take different ways for them.
        for (int i = random.nextInt(round % 2 == 0 ? 20 : 900); i >= 0; i--) {
          touched.put(Arrays.asList(key(random, true), key(random, false)), random.nextInt(3) > 0);
        }
        Batches batch = new Batches(schema);
        touched.forEach(
            (key, put) -> {
              double value = random.nextInt(100);
              if (put) {
                batch.put(key.get(0), key.get(1), value);
                model.put(key, Arrays.asList(key.get(0), key.get(1), value));
              } else {
                batch.take(key.get(0), key.get(1), null);
                model.remove(key);
              }
            });
        sink.deliver(batch.build(), round * 10L);
        assertRows(table, schema, model.values());
        assertThat(sink.position().orElseThrow().sequence()).isEqualTo(round * 10L);
      }
    }
  }

  private static @Nullable Object key(Random random, boolean number) {
    int value = random.nextInt(30);
    if (value == 0) {
      return null;
    }
    return number ? (Object) (long) value : "k" + value;
  }

  @Test
  void appendKeepsEveryRow() {
    String table = newTable();
    try (Sink sink = connector().open(context(table, PAIRS))) {
      sink.deliver(new Batches(PAIRS).put(1L, "a").put(1L, "a").build(), 2);
      sink.deliver(new Batches(PAIRS).build(), 5);
      sink.deliver(new Batches(PAIRS).put(null, null).put(2L, "b").build(), 7);
      assertThat(sink.position()).contains(new SinkPosition("epoch-1", 7));
    }
    assertRows(table, PAIRS, List.of(row(1L, "a"), row(1L, "a"), row(null, null), row(2L, "b")));
  }

  @Test
  void batchSentAgainIsAppliedOnce() {
    String table = newTable();
    Batch first = new Batches(PAIRS).put(1L, "a").build();
    Batch second = new Batches(PAIRS).put(2L, "b").build();
    SinkContext context = context(table, PAIRS);
    try (Sink sink = connector().open(context)) {
      assertThat(sink.position()).isEmpty();
      sink.deliver(first, 1);
      sink.deliver(first, 1);
      sink.deliver(second, 2);
    }
    try (Sink sink = connector().open(context)) {
      assertThat(sink.position()).contains(new SinkPosition("epoch-1", 2));
      sink.deliver(second, 2);
      sink.deliver(first, 1);
      sink.deliver(new Batches(PAIRS).put(3L, "c").build(), 3);
    }
    assertRows(table, PAIRS, List.of(row(1L, "a"), row(2L, "b"), row(3L, "c")));
  }

  @Test
  void targetOfAnotherStoreIsRefusedUntilItIsAdopted() {
    String table = newTable();
    SinkContext old = context(table, PAIRS, "id");
    try (Sink sink = connector().open(old)) {
      sink.deliver(new Batches(PAIRS).put(1L, "old").build(), 9);
    }
    SinkContext fresh =
        new SinkContext(
            old.project(),
            old.sink(),
            "epoch-2",
            old.system(),
            old.options(),
            table,
            PAIRS,
            old.mode(),
            old.key());
    Batch batch = new Batches(PAIRS).put(2L, "new").build();
    try (Sink sink = connector().open(fresh)) {
      assertThat(sink.position()).contains(new SinkPosition("epoch-1", 9));
      assertThatThrownBy(() -> sink.deliver(batch, 10))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("epoch-1");
    }
    assertRows(table, PAIRS, List.of(row(1L, "old")));
    try (Sink sink = connector().open(fresh)) {
      sink.adopt();
      assertRows(table, PAIRS, List.of());
      sink.deliver(batch, 1);
      assertThat(sink.position()).contains(new SinkPosition("epoch-2", 1));
    }
    assertRows(table, PAIRS, List.of(row(2L, "new")));
  }

  @Test
  void sinksAndProjectsKeepPositionsApart() {
    String one = newTable();
    String two = newTable();
    try (Sink first = connector().open(context(one, PAIRS));
        Sink second = connector().open(context(two, PAIRS))) {
      first.deliver(new Batches(PAIRS).put(1L, "a").build(), 4);
      assertThat(second.position()).isEmpty();
      second.deliver(new Batches(PAIRS).put(1L, "a").build(), 2);
      assertThat(first.position().orElseThrow().sequence()).isEqualTo(4);
    }
  }

  @Test
  void oneOfTwoWritersGivesWay() {
    String table = newTable();
    SinkContext context = context(table, PAIRS);
    try (Sink first = connector().open(context);
        Sink second = connector().open(context)) {
      Batch batch = new Batches(PAIRS).put(1L, "a").build();
      boolean firstCame = isDelivered(first, batch, 1);
      boolean secondCame = isDelivered(second, batch, 1);
      assertThat(firstCame).isNotEqualTo(secondCame);
    }
    assertRows(table, PAIRS, List.of(row(1L, "a")));
    try (Sink sink = connector().open(context)) {
      assertThat(sink.position()).contains(new SinkPosition("epoch-1", 1));
    }
  }

  private static boolean isDelivered(Sink sink, Batch batch, long sequence) {
    try {
      sink.deliver(batch, sequence);
      return true;
    } catch (RetryException e) {
      return false;
    }
  }

  @Test
  void systemThatWasAwayIsUsedAgain() {
    String table = newTable();
    SinkContext context = context(table, PAIRS);
    Batch second = new Batches(PAIRS).put(2L, "b").build();
    try (Sink sink = connector().open(context)) {
      sink.deliver(new Batches(PAIRS).put(1L, "a").build(), 1);
      stopSystem();
      try {
        assertThatThrownBy(() -> sink.deliver(second, 2)).isInstanceOf(RetryException.class);
        assertThatThrownBy(() -> connector().open(context)).isInstanceOf(RetryException.class);
      } finally {
        startSystem();
      }
    }
    try (Sink sink = connector().open(context)) {
      assertThat(sink.position().orElseThrow().sequence()).isEqualTo(1);
      sink.deliver(second, 2);
    }
    assertRows(table, PAIRS, List.of(row(1L, "a"), row(2L, "b")));
  }

  @ParameterizedTest
  @EnumSource(names = {"APPEND", "UPSERT"})
  void processKilledAtEveryPointLosesAndDoublesNothing(WriteMode mode) throws IOException {
    String table = newTable();
    Path system = folder.resolve("system");
    Properties properties = new Properties();
    properties.putAll(system());
    try (Writer writer = Files.newBufferedWriter(system)) {
      properties.store(writer, null);
    }
    // Each run passes both points once for a batch, so each of these ends some batches further on.
    for (String fault :
        List.of("sink-before-commit:1", "sink-after-commit:3", "sink-before-commit:4", "")) {
      try (ChildJvm child =
          ChildJvm.start(
              SinkDelivery.class,
              fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault),
              connector().getClass().getName(),
              system.toString(),
              table,
              mode.name())) {
        int code = child.awaitExit(PATIENCE);
        assertThat(code).as(child::output).isEqualTo(fault.isEmpty() ? 0 : FaultPoint.EXIT_CODE);
      }
    }
    Map<@Nullable Object, List<@Nullable Object>> expected = new LinkedHashMap<>();
    for (int sequence = 1; sequence <= SinkDelivery.BATCHES; sequence++) {
      Batch batch = SinkDelivery.batch(sequence, mode);
      for (int row = 0; row < batch.size(); row++) {
        if (batch.weights()[row] > 0) {
          expected.put(batch.value(row, 0), row(batch.value(row, 0), batch.value(row, 1)));
        } else {
          expected.remove(batch.value(row, 0));
        }
      }
    }
    assertRows(table, SinkDelivery.SCHEMA, expected.values());
  }

  @Test
  void bigBatchIsOneDelivery() {
    String table = newTable();
    int rows = 100_000;
    Batches insert = new Batches(PAIRS);
    Batches replace = new Batches(PAIRS);
    for (long id = 0; id < rows; id++) {
      insert.put(id, "first " + id);
      if (id % 2 == 0) {
        replace.put(id, "second " + id);
      } else {
        replace.take(id, null);
      }
    }
    try (Sink sink = connector().open(context(table, PAIRS, "id"))) {
      sink.deliver(insert.build(), rows);
      sink.deliver(replace.build(), 2L * rows);
    }
    List<List<@Nullable Object>> stored = read(table, PAIRS);
    assertThat(stored).hasSize(rows / 2);
    assertThat(stored)
        .allSatisfy(r -> assertThat((String) r.get(1)).isEqualTo("second " + r.get(0)));
  }

  /** A row for comparisons. */
  protected static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  /** Compares a table with the rows that it should hold, in any order. */
  protected void assertRows(
      String table, Schema schema, Iterable<? extends List<@Nullable Object>> expected) {
    List<String> wanted = new ArrayList<>();
    expected.forEach(row -> wanted.add(text(row)));
    assertThat(read(table, schema).stream().map(SinkContract::text))
        .containsExactlyInAnyOrderElementsOf(wanted);
  }

  // Equal texts are equal values here: arrays by content, decimals with their scale.
  private static String text(List<@Nullable Object> row) {
    return row.stream()
        .map(
            value ->
                value instanceof byte[] bytes ? Arrays.toString(bytes) : Objects.toString(value))
        .toList()
        .toString();
  }
}
