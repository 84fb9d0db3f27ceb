package dev.millrace.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateTablesTest {
  private static final Schema KEY =
      new Schema(List.of(new Column("k", new DataType.Scalar(DataType.Kind.BIGINT))));

  @TempDir Path folder;

  @Test
  void anIndexThatARolledBackBatchBuiltMissesNoRow() throws Exception {
    StateTables states = new StateTables();
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 2));
        Writer writer = store.writer()) {
      writer.transact(
          transaction -> {
            states.create(transaction, "state", "t", KEY, List.of("k"));
            return states.append(transaction, "state.t", "SELECT range FROM range(49990)");
          });
      states.committed();
      assertThatThrownBy(
              () ->
                  writer.transact(
                      transaction -> {
                        states.remove(transaction, "state.t", "SELECT _n FROM state.t WHERE k = 7");
                        states.append(
                            transaction, "state.t", "SELECT range FROM range(60000, 60100)");
                        throw new IllegalStateException("the batch fails");
                      }))
          .isInstanceOf(IllegalStateException.class);
      states.rolledBack();
      long found =
          writer.transact(
              transaction -> {
                states.append(transaction, "state.t", "SELECT range FROM range(70000, 70100)");
                transaction.execute("CREATE OR REPLACE TEMP TABLE probe AS SELECT 7::BIGINT AS k");
                states.slice(transaction, "found", "state.t", "probe", List.of("k"));
                return transaction.number("SELECT count(*) FROM found WHERE k = 7");
              });
      assertThat(found).isEqualTo(1);
    }
  }
}
