package dev.millrace.lake;

import static dev.millrace.lake.LakeFolder.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.PositionMove;
import dev.millrace.api.table.SchemaChange;
import dev.millrace.api.table.StagedRows;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableFiles;
import dev.millrace.api.table.TableVersion;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of the lake, as DuckDB reads their files and as Iceberg's own reader does. */
class IcebergTableTest {
  private static final Schema EVENTS =
      schema("id BIGINT", "name VARCHAR", "at TIMESTAMP WITH TIME ZONE", "price DECIMAL(10,2)");

  private static final String ROWS =
      """
      SELECT range AS id, CASE WHEN range % 7 > 0 THEN 'name ' || range % 5 END AS name,
        CASE WHEN range <> 11 THEN TIMESTAMPTZ '1969-12-30 22:00:00Z' + range * INTERVAL 5 HOUR END
          AS at, range * 0.5 AS price
      FROM range(40)""";

  // Iceberg's reader takes a null for less than any value.
  private static final Expression FIRST_DAYS =
      Expressions.and(
          Expressions.notNull("at"), Expressions.lessThan("at", "1970-01-02T00:00:00+00:00"));

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private IcebergStore store;

  @BeforeEach
  void open() {
    store = new LakeFolder(folder).open();
  }

  @AfterEach
  void close() {
    store.close();
  }

  static Schema schema(String... columns) {
    return new Schema(
        Arrays.stream(columns)
            .map(
                c ->
                    new Column(
                        c.substring(0, c.indexOf(' ')),
                        DataTypeParser.parse(c.substring(c.indexOf(' ') + 1)).orElseThrow()))
            .toList());
  }

  private static List<PartitionField> by(String... fields) {
    return Arrays.stream(fields).map(f -> PartitionField.parse(f).orElseThrow()).toList();
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  /** The first two columns of each row, as Iceberg's reader finds them. */
  private static Set<String> generic(StoredTable table, Expression filter) {
    Set<String> rows = new HashSet<>();
    try (CloseableIterable<Record> records =
        IcebergGenerics.read(((IcebergTable) table).table()).where(filter).build()) {
      records.forEach(r -> rows.add(r.get(0) + " " + r.get(1)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return rows;
  }

  private static Set<String> duckdb(StoredTable table, String where) {
    Set<String> rows = new HashSet<>();
    LakeFolder.query("SELECT * FROM " + table.files().relation() + " WHERE " + where)
        .forEach(r -> rows.add(r.get(0) + " " + r.get(1)));
    return rows;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id",
        "name",
        "at",
        "year(at)",
        "month(at)",
        "day(at)",
        "hour(at)",
        "bucket(4, id)",
        "bucket(3, name)",
        "bucket(5, at)",
        "truncate(10, id)",
        "truncate(6, name)"
      })
  void partitionsAreThoseOfIceberg(String field) throws SQLException {
    StoredTable table = store.create("events", EVENTS, by(field));
    append(table, ROWS);
    assertThat(table.partitioning()).isEqualTo(by(field));
    assertThat(table.files().rows()).isEqualTo(40);
    assertThat(table.files().files())
        .allSatisfy(f -> assertThat(f.partition()).containsOnlyKeys(field))
        .hasSizeGreaterThan(1);
    // A row in a wrong partition, or a bound that leaves it out, would not be found.
    for (long id = 0; id < 40; id++) {
      assertThat(generic(table, Expressions.equal("id", id)))
          .isEqualTo(duckdb(table, "id = " + id))
          .hasSize(1);
    }
    assertThat(generic(table, Expressions.equal("name", "name 3")))
        .isEqualTo(duckdb(table, "name = 'name 3'"))
        .isNotEmpty();
    assertThat(generic(table, Expressions.isNull("name")))
        .isEqualTo(duckdb(table, "name IS NULL"))
        .isNotEmpty();
    assertThat(generic(table, FIRST_DAYS))
        .isEqualTo(duckdb(table, "\"at\" < TIMESTAMPTZ '1970-01-02 00:00:00Z'"))
        .isNotEmpty();
  }

  @Test
  void partitionOfAnotherTypeIsRefused() {
    assertThatThrownBy(() -> store.create("events", EVENTS, by("day(price)")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("`day(price)`")
        .hasMessageContaining("[LAKE_PARTITION]");
    assertThatThrownBy(() -> store.create("events", EVENTS, by("day(ta)")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("no column `ta`");
    assertThat(store.names()).isEmpty();
  }

  @Test
  void namesAndDrops() throws IOException {
    store.create("one", EVENTS, List.of());
    append(store.create("music.two", EVENTS, List.of()), ROWS);
    assertThat(store.names()).containsExactly("main.one", "music.two");
    assertThatThrownBy(() -> store.create("one", EVENTS, List.of()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("[LAKE_TABLE_EXISTS]");
    store.drop("music.two");
    store.drop("music.two");
    assertThat(store.names()).containsExactly("main.one");
    assertThat(store.find("music.two")).isEmpty();
    try (Stream<Path> files = Files.walk(folder.resolve("warehouse"))) {
      assertThat(files.filter(f -> f.toString().contains("two"))).isEmpty();
    }
  }

  @Test
  void partitionsAreReplacedAndOthersStay() throws SQLException {
    StoredTable table = store.create("events", EVENTS, by("day(at)"));
    append(table, ROWS);
    String day =
        "SELECT 100 AS id, 'new' AS name, TIMESTAMPTZ '1970-01-01 12:00:00Z' AS at, 1 AS price";
    try (Connection duckdb = Memory.open();
        StagedRows rows = table.stage(duckdb, day)) {
      table.replacePartitions(rows, null);
    }
    String first =
        "\"at\" >= TIMESTAMPTZ '1970-01-01 00:00:00Z' AND \"at\" < TIMESTAMPTZ '1970-01-02 00:00:00Z'";
    assertThat(duckdb(table, first)).containsExactly("100 new");
    assertThat(duckdb(table, "true")).hasSize(40 - 4 + 1);
    try (Connection duckdb = Memory.open();
        StagedRows rows = table.stage(duckdb, day)) {
      table.overwrite(rows, null);
    }
    assertThat(duckdb(table, "true")).containsExactly("100 new");
    assertThat(generic(table, Expressions.alwaysTrue())).containsExactly("100 new");
  }

  @Test
  void mergeWritesAndDeletesByKeyAndLeavesOtherFilesAlone() throws SQLException {
    StoredTable table = store.create("events", EVENTS, List.of());
    append(table, ROWS + " WHERE range < 20");
    append(table, ROWS + " WHERE range >= 20");
    String untouched =
        table.files().files().stream()
            .map(TableFiles.TableFile::path)
            .filter(
                p -> LakeFolder.query("SELECT min(id) FROM '" + p + "'").get(0).equals(row(20L)))
            .findFirst()
            .orElseThrow();
    String changes =
        "SELECT 1::TINYINT AS _w, 3 AS id, 'changed' AS name, NULL AS at, NULL AS price"
            + " UNION ALL SELECT -1, 4, NULL, NULL, NULL UNION ALL SELECT 1, 50, 'new', NULL, 9.99";
    try (Connection duckdb = Memory.open()) {
      table.merge(duckdb, changes, List.of("id"), null);
    }
    assertThat(table.files().files()).extracting(TableFiles.TableFile::path).contains(untouched);
    assertThat(duckdb(table, "id IN (3, 4, 50)")).containsExactlyInAnyOrder("3 changed", "50 new");
    assertThat(duckdb(table, "true")).hasSize(40);
  }

  @Test
  void columnsChangeAndOldFilesAreReadByTheirIds() {
    StoredTable table = store.create("t", schema("a INTEGER", "b VARCHAR", "c INTEGER"), List.of());
    append(table, "SELECT 1 AS a, 'one' AS b, 10 AS c");
    table.evolve(
        List.of(
            new SchemaChange.Widen("a", DataTypeParser.parse("BIGINT").orElseThrow()),
            new SchemaChange.Rename("b", "text"),
            new SchemaChange.Drop("c")));
    table.evolve(
        List.of(
            new SchemaChange.Add(new Column("c", DataTypeParser.parse("VARCHAR").orElseThrow()))));
    append(table, "SELECT 1::BIGINT << 40 AS a, 'two' AS text, 'new' AS c");
    assertThat(table.schema()).isEqualTo(schema("a BIGINT", "text VARCHAR", "c VARCHAR"));
    assertThat(LakeFolder.rows(table.files()))
        .containsExactlyInAnyOrder(row(1L, "one", null), row(1L << 40, "two", "new"));
    assertThat(generic(table, Expressions.alwaysTrue()))
        .containsExactlyInAnyOrder("1 one", (1L << 40) + " two");
    assertThat(LakeFolder.rows(table.files(table.versions().get(0).id())))
        .containsExactly(row(1, "one", 10));
    assertThatThrownBy(
            () ->
                table.evolve(
                    List.of(
                        new SchemaChange.Widen(
                            "text", DataTypeParser.parse("INTEGER").orElseThrow()))))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("[LAKE_SCHEMA_CHANGE]");
  }

  @Test
  void earlierVersionsAreReadUntilTheyExpire() {
    StoredTable table = store.create("t", schema("a INTEGER"), List.of());
    assertThat(LakeFolder.rows(table.files())).isEmpty();
    assertThat(table.versions()).isEmpty();
    append(table, "SELECT 1 AS a");
    append(table, "SELECT 2 AS a");
    append(table, "SELECT 3 AS a");
    List<TableVersion> versions = table.versions();
    assertThat(versions).hasSize(3);
    assertThat(LakeFolder.rows(table.files(versions.get(1).id()))).hasSize(2);
    assertThat(LakeFolder.rows(table.files(versions.get(0).at()))).contains(row(1));
    assertThatThrownBy(() -> table.files(Instant.EPOCH))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("has no version of 1970")
        .hasMessageContaining("[LAKE_VERSION_UNKNOWN]");
    assertThat(table.expire(versions.get(2).at().plusMillis(1))).isEqualTo(2);
    assertThat(LakeFolder.rows(table.files())).hasSize(3);
    assertThatThrownBy(() -> table.files(versions.get(0).id()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("there is 3 of " + versions.get(2).at());
  }

  @Test
  void compactionKeepsRowsAndOldFilesGoWithTheirVersions() throws SQLException, IOException {
    StoredTable table = store.create("t", schema("a INTEGER", "p VARCHAR"), by("p"));
    for (int i = 0; i < 6; i++) {
      append(table, "SELECT %d AS a, p FROM (VALUES ('x'), ('y')) AS v(p)".formatted(i));
    }
    append(table, "SELECT 6 AS a, 'lone' AS p");
    try (Connection duckdb = Memory.open()) {
      assertThat(table.compact(duckdb, 1 << 20, 7)).isZero();
      assertThat(table.compact(duckdb, 1 << 20, 6)).isEqualTo(12);
      assertThat(table.compact(duckdb, 1 << 20, 2)).isZero();
    }
    assertThat(table.files().files()).hasSize(3);
    assertThat(duckdb(table, "true")).hasSize(13);
    assertThat(parquetFiles()).hasSize(15);
    append(table, "SELECT 7 AS a, 'last' AS p");
    assertThat(table.expire(Instant.now().plusSeconds(1))).isEqualTo(8);
    assertThat(parquetFiles()).hasSize(4);
    assertThat(duckdb(table, "true")).hasSize(14);
  }

  private List<Path> parquetFiles() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("warehouse"))) {
      return files.filter(f -> f.toString().endsWith(".parquet")).toList();
    }
  }

  @Test
  void orphansGoAndNothingElse() throws IOException, SQLException {
    StoredTable table = store.create("t", schema("a INTEGER"), List.of());
    append(table, "SELECT 1 AS a");
    append(table, "SELECT 2 AS a");
    Path data = parquetFiles().get(0).resolveSibling("left.parquet");
    Files.copy(parquetFiles().get(0), data);
    Path metadata = folder.resolve("warehouse/main/t/metadata/left-m0.avro");
    Files.writeString(metadata, "left");
    assertThat(table.removeOrphans(Duration.ofHours(1))).isZero();
    assertThat(table.removeOrphans(Duration.ofSeconds(-1))).isEqualTo(2);
    assertThat(data).doesNotExist();
    assertThat(metadata).doesNotExist();
    assertThat(LakeFolder.rows(table.files())).containsExactlyInAnyOrder(row(1), row(2));
    assertThat(LakeFolder.rows(table.files(table.versions().get(0).id()))).hasSize(1);
    append(table, "SELECT 3 AS a");
    assertThat(LakeFolder.rows(table.files())).hasSize(3);
  }

  @Test
  void positionIsComparedAndSetWithTheRows() throws SQLException {
    StoredTable table = store.create("t", schema("a INTEGER"), List.of());
    StoredTable other = store.find("t").orElseThrow();
    SinkPosition first = new SinkPosition("epoch 1", 7);
    try (Connection duckdb = Memory.open();
        StagedRows one = table.stage(duckdb, "SELECT 1 AS a");
        StagedRows two = other.stage(duckdb, "SELECT 2 AS a")) {
      table.append(one, new PositionMove("p/s", null, first));
      assertThatThrownBy(() -> other.append(two, new PositionMove("p/s", null, first)))
          .isInstanceOf(RetryException.class)
          .hasMessageContaining("its position was none and is 7");
      assertThat(other.position("p/s")).contains(first);
      other.append(two, new PositionMove("p/other", null, new SinkPosition("e", 1)));
    }
    assertThat(table.position("p/s")).contains(first);
    assertThat(LakeFolder.rows(table.files())).containsExactlyInAnyOrder(row(1), row(2));
    List<String> written = new ArrayList<>();
    table.files().files().forEach(f -> written.add(f.path()));
    assertThat(written).allSatisfy(f -> assertThat(Path.of(f)).exists());
  }

  @Test
  void valueThatDoesNotFitStopsAndLeavesNothing() throws SQLException, IOException {
    StoredTable table = store.create("t", schema("a INTEGER"), List.of());
    try (Connection duckdb = Memory.open()) {
      assertThatThrownBy(() -> table.stage(duckdb, "SELECT 1::BIGINT << 40 AS a"))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("[SINK_VALUE]");
      assertThatThrownBy(() -> table.stage(duckdb, "SELECT 1 AS b"))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("\"a\"")
          .hasMessageContaining("[SINK_TABLE_UNFIT]");
      table.stage(duckdb, "SELECT 1 AS a").close();
    }
    assertThat(parquetFiles()).isEmpty();
  }
}
