package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.error.StopException;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.Batches;
import dev.millrace.testing.OptionValues;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lake as a target: the contract of every sink, and what only this one does. */
class LakeSinkTest extends LakeContract {
  private static final DataType BIGINT = new DataType.Scalar(Kind.BIGINT);
  private static final DataType INTEGER = new DataType.Scalar(Kind.INTEGER);
  private static final DataType TEXT = new DataType.Scalar(Kind.VARCHAR);

  @TempDir static Path root;

  private final LakeFolder lake = new LakeFolder(root.resolve("lake"));

  LakeSinkTest() throws IOException {
    Files.createDirectories(lake.folder());
  }

  @Override
  LakeFolder lake() {
    return lake;
  }

  /** A disk that is gone: where its folder was is nothing that could hold one. */
  @Override
  protected void stopSystem() {
    try {
      Files.move(lake.folder(), root.resolve("away"));
      Files.createFile(lake.folder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void startSystem() {
    try {
      Files.delete(lake.folder());
      Files.move(root.resolve("away"), lake.folder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void numberOfTooManyDigitsStops() {
    Schema schema = new Schema(List.of(new Column("n", new DataType.Scalar(Kind.HUGEINT))));
    String table = newTable();
    try (Sink sink = connector().open(context(table, schema))) {
      assertThatThrownBy(
              () -> sink.deliver(new Batches(schema).put(BigInteger.TWO.pow(127)).build(), 1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("more than 38 digits")
          .hasMessageContaining("[SINK_VALUE]");
    }
    assertThat(lake.rows(table)).isEmpty();
  }

  @Test
  void tableGrowsWithTheStreamWhereThatIsAllowed() {
    String table = newTable();
    Schema before = new Schema(List.of(new Column("id", INTEGER), new Column("gone", TEXT)));
    Schema after = new Schema(List.of(new Column("id", BIGINT), new Column("new", TEXT)));
    try (Sink sink = connector().open(context(table, before))) {
      sink.deliver(new Batches(before).put(1, "x").build(), 1);
    }
    assertThatThrownBy(() -> open(table, after, Map.of("add_columns", "true")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("widen_columns: true");
    assertThatThrownBy(() -> open(table, after, Map.of("widen_columns", "true")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("add_columns: true");
    try (Sink sink = open(table, after, Map.of("add_columns", "true", "widen_columns", "true"))) {
      sink.deliver(new Batches(after).put(1L << 40, "y").build(), 2);
    }
    assertThat(lake.rows(table))
        .containsExactlyInAnyOrder(row(1L, "x", null), row(1L << 40, null, "y"));
  }

  @Test
  void columnOfAnotherTypeStops() {
    String table = newTable();
    open(table, new Schema(List.of(new Column("id", TEXT))), Map.of()).close();
    assertThatThrownBy(
            () ->
                open(
                    table,
                    new Schema(List.of(new Column("id", BIGINT))),
                    Map.of("widen_columns", "true")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("its column `id` is a VARCHAR, the stream's a BIGINT");
  }

  @Test
  void smallFilesBecomeLargerOnesAndNoRowIsLost() {
    String table = newTable();
    Schema schema = new Schema(List.of(new Column("id", BIGINT)));
    try (Sink sink = connector().open(context(table, schema))) {
      for (long batch = 1; batch <= 70; batch++) {
        sink.deliver(new Batches(schema).put(batch).build(), batch);
      }
    }
    try (IcebergStore store = lake.open()) {
      StoredTable stored = store.find(table).orElseThrow();
      assertThat(stored.files().files()).hasSizeLessThan(16);
      assertThat(stored.files().rows()).isEqualTo(70);
    }
    assertThat(lake.rows(table)).doesNotHaveDuplicates().hasSize(70);
  }

  private Sink open(String table, Schema schema, Map<String, String> options) {
    SinkContext plain = context(table, schema);
    return connector()
        .open(
            new SinkContext(
                plain.project(),
                plain.sink(),
                plain.epoch(),
                plain.system(),
                OptionValues.of(connector().sinkOptions(), options),
                table,
                schema,
                plain.mode(),
                plain.key()));
  }
}
