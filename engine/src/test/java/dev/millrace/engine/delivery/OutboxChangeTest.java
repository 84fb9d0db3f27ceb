package dev.millrace.engine.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.flow.SystemTables;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.project.SinkSpec;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sink gets when its stream's table is replaced: the changes, and nothing else. */
class OutboxChangeTest {
  private static final String NEW = "published.\"t~new\"";

  @TempDir Path folder;

  private static SinkSpec sink(WriteMode mode) {
    return new SinkSpec(
        "s",
        "t",
        "kafka",
        "t",
        mode,
        mode.isKeyed() ? List.of("k") : List.of(),
        1 << 20,
        new Options(List.of(), Map.of()),
        SourceLocation.ofFile("sinks/s.yml"),
        Map.of());
  }

  private static Schema schema(String keyType) {
    return new Schema(
        List.of(
            new Column("k", DataTypeParser.parse(keyType).orElseThrow()),
            new Column("v", DataTypeParser.parse("INTEGER").orElseThrow())));
  }

  /** The rows of the outbox, in order, after {@code old} was replaced by {@code now}. */
  private List<String> difference(
      WriteMode mode, String oldType, String old, String newType, String now, long left)
      throws Exception {
    List<String> rows = new ArrayList<>();
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 1));
        var writer = store.writer()) {
      writer.transact(
          t -> {
            SystemTables.create(t);
            t.execute("CREATE SCHEMA published");
            t.execute("CREATE TABLE published.t (k " + oldType + ", v INTEGER, _n BIGINT)");
            t.execute("INSERT INTO published.t VALUES " + old);
            t.execute("CREATE TABLE " + NEW + " (k " + newType + ", v INTEGER, _n BIGINT)");
            t.execute("INSERT INTO " + NEW + " VALUES " + now);
            try (StateTables tables = new StateTables(store)) {
              new Outbox(sink(mode), schema(oldType)).create(t, tables);
            }
            return true;
          });
      writer.transact(
          t -> {
            OutboxChange change = new OutboxChange(t, sink(mode), schema(newType), NEW);
            assertThat(change.difference(store, "published.t", Optional.empty()).left())
                .isEqualTo(left);
            t.query(
                "SELECT _w, k, v FROM outbox.s ORDER BY _seq",
                row -> rows.add(row.getInt(1) + " " + row.getString(2) + " " + row.getString(3)));
            return true;
          });
    }
    return rows;
  }

  @Test
  void changesOfADebeziumSinkHaveTheRowBefore() throws Exception {
    assertThat(
            difference(
                WriteMode.DEBEZIUM,
                "VARCHAR",
                "('a', 1, 1), ('b', 2, 2), ('c', 3, 3)",
                "VARCHAR",
                "('b', 2, 1), ('c', 4, 2), ('d', 5, 3)",
                0))
        .containsExactly("-1 a 1", "-1 c 3", "1 c 4", "1 d 5");
  }

  @Test
  void aKeyOfAnotherTypeIsComparedAsFarAsItCanBe() throws Exception {
    assertThat(
            difference(
                WriteMode.UPSERT,
                "VARCHAR",
                "('1', 1, 1), ('2', 2, 2), ('03', 3, 3), ('x', 4, 4)",
                "INTEGER",
                "(1, 1, 1), (3, 3, 2)",
                1))
        .containsExactlyInAnyOrder("-1 2 2", "-1 3 3", "1 1 1", "1 3 3");
  }

  @Test
  void anAppendingSinkGetsWhatIsNew() throws Exception {
    assertThat(
            difference(
                WriteMode.APPEND,
                "VARCHAR",
                "('a', 1, 1), ('a', 1, 2), ('b', 2, 3)",
                "VARCHAR",
                "('a', 1, 1), ('a', 1, 2), ('a', 1, 3), ('c', 2, 4)",
                1))
        .containsExactly("1 a 1", "1 c 2");
  }
}
