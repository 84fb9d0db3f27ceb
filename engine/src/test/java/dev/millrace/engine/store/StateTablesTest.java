package dev.millrace.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateTablesTest {
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
  private KeyRead read;

  @BeforeEach
  void open() throws Exception {
    open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 2));
  }

  private void open(StoreOptions options) throws Exception {
    store = Store.open(options);
    writer = store.writer();
    tables = new StateTables(store);
    table = writer.transact(t -> tables.create(t, "state", "t", SCHEMA, "_n", List.of("k")));
    read = table.lookup().read();
  }

  @AfterEach
  void close() {
    tables.close();
    writer.close();
    store.close();
  }

  private void append(String select) throws Exception {
    writer.transact(
        t -> {
          t.execute(table.appendSql(select, false));
          return true;
        });
    tables.committed();
    tables.prepareLookups(true);
  }

  /** How many rows with the key 7 a statement finds, by index if there is one. */
  private long sevens() throws Exception {
    return found(7);
  }

  private long found(int key) throws Exception {
    return writer.transact(
        t -> {
          t.execute("CREATE OR REPLACE TEMP TABLE probe AS SELECT " + key + "::BIGINT AS k");
          if (!read.isIndexed()) {
            return t.number("SELECT count(*) FROM (" + read.scanSql("probe", List.of("k")) + ")");
          }
          return t.number(
              "WITH p AS MATERIALIZED ("
                  + read.probeSql("probe", List.of("k"))
                  + ") SELECT count(*) FROM ("
                  + read.rowsSql("p")
                  + ") WHERE k = "
                  + key);
        });
  }

  @Test
  void anIndexFindsWhatAScanFinds() throws Exception {
    append("SELECT range, 'v' || range FROM range(1000)");
    assertThat(read.isIndexed()).isFalse();
    assertThat(sevens()).isEqualTo(1);
    append("SELECT range, NULL FROM range(60000)");
    assertThat(read.isIndexed()).isTrue();
    assertThat(sevens()).isEqualTo(2);
    append("SELECT 7, 'x' FROM range(3)");
    assertThat(sevens()).isEqualTo(5);
  }

  @Test
  void aTableIsScannedWhereIndexesWouldTakeTooMuchMemory() throws Exception {
    close();
    open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 2, 50_000, 2L << 20, List.of()));
    append("SELECT range, NULL FROM range(100000)");
    assertThat(read.isIndexed()).isTrue();
    assertThat(store.indexMemory().used()).isEqualTo(table.indexBytes()).isLessThan(2L << 20);
    for (int i = 0; i < 3; i++) {
      append("SELECT range, NULL FROM range(100000)");
    }
    assertThat(read.isIndexed()).isFalse();
    assertThat(store.indexMemory().used()).isZero();
    assertThat(sevens()).isEqualTo(4);
    writer.transact(
        t -> {
          t.execute(table.removeSql("SELECT _n FROM " + table.name() + " WHERE _n > 60000"));
          return true;
        });
    append("SELECT 7, 'x' FROM range(3)");
    assertThat(read.isIndexed()).isTrue();
    assertThat(sevens()).isEqualTo(4);
  }

  @Test
  void aLimitAboveWhatTheMachineHasIsALimit() throws Exception {
    close();
    open(new StoreOptions(folder, ZoneOffset.UTC, 1L << 44, 2));
    append("SELECT range, NULL FROM range(100)");
    assertThat(sevens()).isEqualTo(1);
  }

  @Test
  void rowsOfLargeBatchesAreIndexedLater() throws Exception {
    append("SELECT range, NULL FROM range(60000)");
    writer.transact(
        t -> {
          t.execute(table.appendSql("SELECT 7, 'x' FROM range(3)", true));
          return true;
        });
    tables.committed();
    tables.prepareLookups(true);
    assertThat(read.isIndexed()).isTrue();
    assertThat(sevens()).isEqualTo(4);
  }

  @Test
  void rowsThatLargeBatchesDeleteAreNotFound() throws Exception {
    append("SELECT range, 'v' || range FROM range(60000)");
    for (int round = 1; round <= 3; round++) {
      int key = 50_006 + round;
      writer.transact(
          t -> {
            t.execute(table.removeSql("SELECT _n FROM state.t WHERE k BETWEEN 50007 AND 55000"));
            t.execute(table.appendSql("SELECT " + key + ", 'x' FROM range(3)", true));
            return true;
          });
      tables.committed();
      assertThat(read.isIndexed()).isTrue();
      tables.prepareLookups(true);
      assertThat(found(key)).isEqualTo(3);
      assertThat(found(key - 1)).isEqualTo(round == 1 ? 1 : 0);
      assertThat(found(55_000)).isZero();
      assertThat(found(55_001)).isEqualTo(1);
    }
  }

  @Test
  void aKeyWhoseRowsLargeBatchesReplaceStaysLight() throws Exception {
    append("SELECT range, 'v' || range FROM range(60000)");
    append("SELECT 7, 'x' FROM range(100)");
    for (int round = 0; round < 5; round++) {
      writer.transact(
          t -> {
            t.execute(table.removeSql("SELECT _n FROM state.t WHERE k = 7 AND v = 'x'"));
            t.execute(table.appendSql("SELECT 7, 'x' FROM range(100)", true));
            return true;
          });
      tables.committed();
      tables.prepareLookups(true);
    }
    assertThat(Objects.requireNonNull(table.lookup().index()).heavyKeys()).isZero();
    assertThat(sevens()).isEqualTo(101);
  }

  @Test
  void anIndexWithoutLiveRowsIsGivenUp() throws Exception {
    append("SELECT range, 'v' || range FROM range(60000)");
    writer.transact(
        t -> {
          t.execute(table.removeSql("SELECT _n FROM state.t WHERE k < 50000"));
          return true;
        });
    tables.committed();
    assertThat(read.isIndexed()).isFalse();
    assertThat(table.rows()).isEqualTo(10_000);
  }

  @Test
  void aLargeBatchThatAppendsNothingHidesNoRows() throws Exception {
    append("SELECT range, NULL FROM range(60000)");
    for (String select : List.of("SELECT 7, 'x' FROM range(3)", "SELECT 7, 'x' FROM range(0)")) {
      writer.transact(
          t -> {
            t.execute(table.appendSql(select, true));
            return true;
          });
      tables.committed();
      tables.prepareLookups(false);
    }
    tables.prepareLookups(true);
    assertThat(sevens()).isEqualTo(4);
  }

  @Test
  void copiesOfRowsThatSeveralThreadsAppendAreTheRows() throws Exception {
    append("SELECT range, 'v' || range FROM range(60000)");
    writer.transact(
        t -> {
          t.execute(
              "CREATE OR REPLACE TEMP TABLE many AS SELECT range + 100000 AS k FROM range(300000)");
          t.execute(table.appendSql("SELECT k, 'v' || k FROM many", false));
          return true;
        });
    tables.committed();
    tables.prepareLookups(true);
    writer.transact(
        t -> {
          t.execute(
              "CREATE OR REPLACE TEMP TABLE probe AS SELECT 100000 + range * 97 AS k FROM range(3000)");
          assertThat(
                  t.number(
                      "WITH p AS MATERIALIZED ("
                          + read.probeSql("probe", List.of("k"))
                          + ") SELECT count(*) FROM ("
                          + read.rowsSql("p")
                          + ") WHERE v = 'v' || k"))
              .isEqualTo(3000);
          return true;
        });
  }

  @Test
  void aKeyWithVeryManyRowsIsFoundToo() throws Exception {
    append("SELECT 7, 'v' || range FROM range(1000)");
    append("SELECT range, NULL FROM range(60000)");
    assertThat(read.isIndexed()).isTrue();
    assertThat(sevens()).isEqualTo(1001);
  }

  @Test
  void deletedRowsAreGoneFromTheIndex() throws Exception {
    append("SELECT range, NULL FROM range(60000)");
    long before = table.rows();
    for (int round = 0; round < 500; round++) {
      writer.transact(
          t -> {
            t.execute("CREATE OR REPLACE TEMP TABLE probe AS SELECT 7::BIGINT AS k");
            t.execute("CREATE OR REPLACE TEMP TABLE p AS " + read.probeSql("probe", List.of("k")));
            t.execute("CREATE OR REPLACE TEMP TABLE found AS " + read.rowsSql("p"));
            t.number(table.noteSql("SELECT _n FROM found WHERE k = 7"));
            table.removeNoted(t);
            t.execute(table.appendSql("SELECT k, 'again' FROM found WHERE k = 7", false));
            return true;
          });
      tables.committed();
      tables.prepareLookups(true);
    }
    assertThat(sevens()).isEqualTo(1);
    assertThat(table.rows()).isEqualTo(before);
    assertThat(read.isIndexed()).isTrue();
  }

  @Test
  void aBatchThatFailsLeavesNoTrace() throws Exception {
    append("SELECT range, NULL FROM range(60000)");
    assertThatThrownBy(
            () ->
                writer.transact(
                    t -> {
                      t.execute(table.removeSql("SELECT _n FROM state.t WHERE k = 7"));
                      t.execute(table.appendSql("SELECT 7, 'x' FROM range(9)", false));
                      throw new IllegalStateException("the batch fails");
                    }))
        .isInstanceOf(IllegalStateException.class);
    tables.rolledBack();
    tables.prepareLookups(true);
    assertThat(sevens()).isEqualTo(1);
    append("SELECT 7, 'y'");
    assertThat(sevens()).isEqualTo(2);
  }

  @Test
  void everyTypeCrossesToTheHeapAndBack() throws Exception {
    List<String> values =
        List.of(
            "true",
            "(-128)::TINYINT",
            "32767::SMALLINT",
            "(-2147483648)::INTEGER",
            "9223372036854775807",
            "255::UTINYINT",
            "65535::USMALLINT",
            "4294967295::UINTEGER",
            "18446744073709551615::UBIGINT",
            "(-170141183460469231731687303715884105728)::HUGEINT",
            "0.1::FLOAT",
            "1e-300::DOUBLE",
            "'NaN'::DOUBLE",
            "'-Infinity'::DOUBLE",
            "'späße ''n'' more'",
            "''",
            "'\\xAA\\x00'::BLOB",
            "DATE '1066-10-14'",
            "'infinity'::DATE",
            "TIME '23:59:59.999999'",
            "TIMESTAMP '2026-01-01 00:00:00.000001'",
            "'-infinity'::TIMESTAMP",
            "TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'",
            "'infinity'::TIMESTAMPTZ",
            "'-infinity'::TIMESTAMPTZ",
            "INTERVAL '-1 month 2 days -00:00:03.5'",
            "'00000000-0000-4000-8000-000000000001'::UUID",
            "'{\"a\": [1, null]}'::JSON",
            "(-12345678.123456)::DECIMAL(18,6)",
            "12345678901234567890.123::DECIMAL(38,3)",
            "(-7)::DECIMAL(4,0)",
            "'b'::ENUM('a', 'b')");
    for (String value : values) {
      String type =
          writer.transact(
              t -> {
                String[] found = {""};
                t.query("SELECT typeof(" + value + ")", row -> found[0] = row.getString(1));
                return found[0];
              });
      Wire wire =
          Wire.of(dev.millrace.api.type.DataTypeParser.parse(type).orElseThrow()).orElseThrow();
      String there =
          writer.transact(
              t -> {
                String[] found = {""};
                t.query(
                    "SELECT v IS NOT DISTINCT FROM ("
                        + wire.in("(" + wire.out("v") + ")")
                        + ") AND "
                        + wire.in("NULL")
                        + " IS NULL AND ("
                        + wire.out("NULL::" + type)
                        + ") IS NULL,"
                        + " typeof("
                        + wire.in("(" + wire.out("v") + ")")
                        + ") FROM (SELECT "
                        + value
                        + " AS v)",
                    row -> found[0] = row.getString(1) + " " + row.getString(2));
                return found[0];
              });
      assertThat(there).as(value).isEqualTo("true " + type);
    }
  }
}
