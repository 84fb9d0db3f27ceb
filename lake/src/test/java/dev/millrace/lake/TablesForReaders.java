package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.SchemaChange;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tables of all that Millrace makes of tables, for other engines to read. */
final class TablesForReaders {
  static final List<String> NAMES =
      List.of("main.kinds", "raw.events", "main.merged", "main.grown");

  private static final int ROWS = 3_000;

  private TablesForReaders() {}

  /** Makes them; gives the id of the first version of `main.merged`. */
  static long make(IcebergStore store) throws Exception {
    kinds(store);
    events(store);
    long earlier =
        merged(store.create("main.merged", schema("id BIGINT", "note VARCHAR"), List.of()));
    grown(store);
    return earlier;
  }

  private static Schema schema(String... columns) {
    return new Schema(
        Arrays.stream(columns)
            .map(c -> c.split(" ", 2))
            .map(c -> new Column(c[0], DataTypeParser.parse(c[1]).orElseThrow()))
            .toList());
  }

  private static List<PartitionField> by(String... fields) {
    List<PartitionField> all = new ArrayList<>();
    for (String field : fields) {
      all.add(PartitionField.parse(field).orElseThrow());
    }
    return all;
  }

  /** Every type that Spark has too; a time of day it has not. */
  private static void kinds(IcebergStore store) {
    StoredTable table =
        store.create(
            "main.kinds",
            schema(
                "b BOOLEAN",
                "i INTEGER",
                "l BIGINT",
                "h HUGEINT",
                "n UBIGINT",
                "d DECIMAL(12,3)",
                "f FLOAT",
                "e DOUBLE",
                "v VARCHAR",
                "x BLOB",
                "day DATE",
                "ts TIMESTAMP",
                "tz TIMESTAMP WITH TIME ZONE",
                "u UUID",
                "list INTEGER[]",
                "map MAP(VARCHAR, BIGINT)",
                "s STRUCT(a INTEGER, b VARCHAR[])"),
            List.of());
    LakeFolder.append(
        table,
        """
        SELECT i % 2 = 0 AS b, i::INTEGER AS i, i * 1000000007 AS l, i::HUGEINT * 10000000000 * 10000000000 AS h,
          18446744073709551615::UBIGINT AS n, i / 8 AS d, i / 4 AS f, i / 3 AS e,
          CASE WHEN i % 7 = 0 THEN NULL ELSE 'ä' || i END AS v, 'ab'::BLOB AS x,
          DATE '1969-12-25' + i::INTEGER AS day, TIMESTAMP '1969-12-31 23:00:00.123456' + to_hours(i::INTEGER) AS ts,
          TIMESTAMPTZ '2026-03-29 00:30:00+00' + to_minutes(i::INTEGER) AS tz,
          '00000000-0000-0000-0000-000000000001'::UUID AS u, [i::INTEGER, NULL] AS list,
          MAP {'k': i, 'l': NULL} AS map, {'a': i::INTEGER, 'b': ['x', NULL]} AS s
        FROM range(500) t(i)
        UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        """);
  }

  /** A stream's: partitions of several kinds, small files, then compacted. */
  private static void events(IcebergStore store) throws Exception {
    StoredTable table =
        store.create(
            "raw.events",
            schema("id BIGINT", "at TIMESTAMP WITH TIME ZONE", "country VARCHAR"),
            by("day(at)", "bucket(4, id)", "country"));
    for (int batch = 0; batch < 9; batch++) {
      LakeFolder.append(
          table,
          "SELECT i AS id, TIMESTAMPTZ '2026-11-20 20:00:00+00' + to_minutes((i % 600)::INTEGER) AS at,"
              + " [NULL, 'de', 'a/b'][i %% 3 + 1] AS country FROM range(%d, %d) t(i)"
                  .formatted(batch * ROWS, (batch + 1) * ROWS));
    }
    try (Connection duckdb = Memory.open()) {
      assertThat(table.compact(duckdb, 128L << 20, 2)).isPositive();
    }
    LakeFolder.append(table, "SELECT -1::BIGINT AS id, NULL::TIMESTAMPTZ AS at, '' AS country");
  }

  /** Updates and deletes; gives a version from between. */
  private static long merged(StoredTable table) throws Exception {
    LakeFolder.append(table, "SELECT i AS id, 'first' AS note FROM range(%d) t(i)".formatted(ROWS));
    long before;
    try (Connection duckdb = Memory.open()) {
      table.merge(
          duckdb,
          "SELECT i * 3 AS id, 'second' AS note, CAST(CASE WHEN i % 2 = 0 THEN 1 ELSE -1 END AS TINYINT) AS _w"
              + " FROM range(500) t(i)",
          List.of("id"),
          null);
      before = table.versions().get(0).id();
    }
    return before;
  }

  /** Columns added, widened, renamed and dropped, with files of each time. */
  private static void grown(IcebergStore store) {
    StoredTable table =
        store.create(
            "main.grown", schema("a INTEGER", "b FLOAT", "c VARCHAR", "gone BIGINT"), List.of());
    LakeFolder.append(table, "SELECT 1 AS a, 1.5::FLOAT AS b, 'x' AS c, 2 AS gone");
    table.evolve(
        List.of(
            new SchemaChange.Widen("a", DataTypeParser.parse("BIGINT").orElseThrow()),
            new SchemaChange.Widen("b", DataTypeParser.parse("DOUBLE").orElseThrow()),
            new SchemaChange.Rename("c", "called"),
            new SchemaChange.Drop("gone"),
            new SchemaChange.Add(new Column("added", DataTypeParser.parse("DATE").orElseThrow()))));
    LakeFolder.append(
        table, "SELECT 5000000000 AS a, 2.5 AS b, 'y' AS called, DATE '2026-11-21' AS added");
  }
}
