package dev.millrace.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VacuumTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("k", new DataType.Scalar(DataType.Kind.BIGINT)),
              new Column("v", new DataType.Scalar(DataType.Kind.VARCHAR))));

  @TempDir Path folder;
  private Store store;
  private Writer writer;
  private StateTables tables;
  private KeptTable table;

  @BeforeEach
  void open() throws Exception {
    store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 2));
    writer = store.writer();
    tables = new StateTables(store);
    table = writer.transact(t -> tables.create(t, "state", "t", SCHEMA, "_n", List.of("k")));
  }

  @AfterEach
  void close() {
    tables.close();
    writer.close();
    store.close();
  }

  /** What is set for the commit of a transaction. */
  private long fitted(Transaction transaction) throws SQLException {
    tables.fitVacuum(transaction);
    return transaction.number("SELECT current_setting('max_vacuum_tasks')::BIGINT");
  }

  /** Appends so many rows and deletes those below a number, or none; what is set afterwards. */
  private long batch(int append, long deleteBelow) throws Exception {
    long set =
        writer.transact(
            t -> {
              if (deleteBelow > 0) {
                t.execute(
                    table.removeSql(
                        "SELECT _n FROM " + table.name() + " WHERE _n < " + deleteBelow));
              }
              t.execute(
                  table.appendSql(
                      "SELECT range, md5(range::VARCHAR) FROM range(" + append + ")", true));
              return fitted(t);
            });
    tables.committed();
    return set;
  }

  @Test
  void largeBatchesThatOnlyAppendAreNotWrittenAgain() throws Exception {
    assertThat(batch(150_000, 0)).isZero();
    assertThat(batch(150_000, 0)).isZero();
  }

  @Test
  void groupsThatABacklogLeftAreTidiedUpBehindItInSmallSteps() throws Exception {
    batch(150_000, 0);
    assertThat(batch(100, 0)).isEqualTo(Vacuum.SOME);
  }

  @Test
  void manyDeletedRowsAreTidiedUp() throws Exception {
    batch(150_000, 0);
    assertThat(batch(150_000, 140_000)).isEqualTo(Vacuum.ALL);
    // Batches that only append get the better of it.
    for (int i = 0; i < 10; i++) {
      batch(150_000, 0);
    }
    assertThat(batch(150_000, 0)).isZero();
  }

  @Test
  void aTableWhoseRowsAreReplacedIsTidiedUpBesideOthersThatOnlyGrow() throws Exception {
    KeptTable other =
        writer.transact(t -> tables.create(t, "state", "other", SCHEMA, "_n", List.of()));
    batch(150_000, 0);
    long set =
        writer.transact(
            t -> {
              t.execute(table.removeSql("SELECT _n FROM state.t WHERE _n <= 140000"));
              t.execute(table.appendSql("SELECT range, NULL FROM range(140000)", true));
              t.execute(other.appendSql("SELECT range, NULL FROM range(600000)", true));
              return fitted(t);
            });
    tables.committed();
    assertThat(set).isEqualTo(Vacuum.ALL);
  }

  @Test
  void fewRowsOfASmallTableAreNotWorthIt() throws Exception {
    KeptTable small =
        writer.transact(t -> tables.create(t, "state", "small", SCHEMA, "_n", List.of()));
    long set = 0;
    for (int i = 0; i < 3; i++) {
      set =
          writer.transact(
              t -> {
                t.execute(small.removeSql("SELECT _n FROM state.small"));
                t.execute(small.appendSql("SELECT range, NULL FROM range(5)", true));
                t.execute(table.appendSql("SELECT range, NULL FROM range(150000)", true));
                return fitted(t);
              });
      tables.committed();
    }
    assertThat(set).isZero();
  }

  @Test
  void aTableWhoseRowsAreReplacedTakesNoMoreRoomThanItNeeds() throws Exception {
    batch(400_000, 0);
    long once = store.bytes();
    for (int i = 0; i < 12; i++) {
      // Nine tenths of the rows go, but of no group all.
      long next = table.next();
      writer.transact(
          t -> {
            t.execute(
                table.removeSql(
                    "SELECT _n FROM " + table.name() + " WHERE k % 10 > 0 AND _n < " + next));
            t.execute(
                table.appendSql("SELECT range, md5(range::VARCHAR) FROM range(400000)", true));
            tables.fitVacuum(t);
            return true;
          });
      tables.committed();
      // By itself it comes with so many bytes.
      writer.transact(
          t -> {
            t.execute("CHECKPOINT");
            return true;
          });
    }
    // With every row that ever was it would be 13 times as large; a tenth of each round is alive.
    assertThat(store.bytes()).isLessThan(5 * once);
  }
}
