package dev.millrace.sql.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.api.error.StopException;
import dev.millrace.testing.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryGateAttackTest {
  /** What only DuckDB's own errors say; a refused query must not have got that far. */
  private static final List<String> ATTACKS =
      List.of(
          // Files by name.
          "SELECT * FROM '%s'",
          "SELECT * FROM \"%s\"",
          "FROM '%s'",
          "TABLE \"%s\"",
          "SELECT * FROM secret.csv",
          "SELECT * FROM main.secret.csv",
          "SELECT * FROM store.main.\"%s\"",
          "SELECT * FROM campaigns, '%s'",
          "SELECT * FROM campaigns JOIN '%s' ON true",
          "SELECT (SELECT word FROM '%s')",
          "SELECT * FROM campaigns WHERE name IN (FROM '%s')",
          "SELECT * FROM campaigns c, LATERAL (SELECT * FROM '%s')",
          "WITH a AS (FROM '%s') FROM a",
          "WITH \"%s\" AS (SELECT 1) SELECT * FROM \"%s\"",
          "SELECT * FROM (WITH a AS (SELECT 1) FROM a), a",
          "WITH a AS (FROM b), b AS (SELECT 1) FROM a",
          "WITH a AS (FROM a) FROM a",
          "SELECT 1 UNION ALL SELECT word FROM '%s'",
          "SELECT ARRAY(FROM '%s')",
          "SELECT EXISTS (FROM '%s')",
          "SELECT * FROM campaigns ORDER BY (SELECT count(*) FROM '%s')",
          "SELECT * FROM campaigns LIMIT (SELECT count(*) FROM '%s')",
          "SELECT count(*) FILTER (WHERE EXISTS (FROM '%s')) FROM campaigns",
          "SELECT sum(id) OVER (ORDER BY (SELECT count(*) FROM '%s')) FROM campaigns",
          "SELECT CASE WHEN true THEN (SELECT word FROM '%s') END",
          "SELECT list_transform([1], lambda x: (SELECT word FROM '%s'))",
          "SELECT * FROM campaigns PIVOT (sum(cost) FOR id IN (SELECT 1 FROM '%s'))",
          "VALUES ((SELECT word FROM '%s'))",
          "SELECT * FROM 'file://%s'",
          "SELECT * FROM 'http://127.0.0.1:1/x.csv'",
          "SELECT * FROM 'http://127.0.0.1:1/x.parquet'",
          "SELECT * FROM '/proc/self/environ'",
          // Table functions.
          "SELECT * FROM read_csv('%s')",
          "SELECT * FROM read_csv_auto('%s')",
          "SELECT * FROM READ_TEXT('%s')",
          "SELECT * FROM \"read_text\"('%s')",
          "SELECT * FROM/**/read_blob('%s')",
          "SELECT * FROM main.read_text('%s')",
          "SELECT * FROM system.main.read_text('%s')",
          "SELECT * FROM read_json('%s')",
          "SELECT * FROM read_ndjson_objects('%s')",
          "SELECT * FROM read_parquet('%s')",
          "SELECT * FROM parquet_scan('%s')",
          "SELECT * FROM parquet_metadata('%s')",
          "SELECT * FROM read_duckdb('%s')",
          "SELECT * FROM sniff_csv('%s')",
          "SELECT * FROM glob('/*')",
          "SELECT * FROM query('COPY (SELECT 1) TO ''/tmp/gate_attack''')",
          "SELECT * FROM query_table('%s')",
          "SELECT * FROM query_table(['campaigns'])",
          "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
          "SELECT * FROM duckdb_secrets()",
          "SELECT * FROM which_secret('s3://x', 's3')",
          "SELECT * FROM duckdb_settings()",
          "SELECT * FROM duckdb_extensions()",
          "SELECT * FROM duckdb_variables()",
          "SELECT * FROM duckdb_logs()",
          "SELECT * FROM duckdb_temporary_files()",
          "SELECT * FROM enable_logging('FileSystem')",
          "SELECT * FROM enable_profiling()",
          "SELECT * FROM checkpoint()",
          "SELECT * FROM force_checkpoint()",
          "SELECT * FROM pragma_version()",
          "SELECT * FROM pragma_table_info('campaigns')",
          "SELECT * FROM seq_scan('campaigns')",
          "SELECT * FROM arrow_scan(1, 2, 3)",
          "SELECT * FROM repeat('x', 10)",
          "SELECT * FROM test_all_types()",
          "SELECT * FROM register_external_resource('x')",
          "SELECT * FROM create_external_resource('x')",
          "SELECT * FROM no_such_function()",
          "SELECT * FROM json_each((SELECT content FROM read_text('%s')))",
          "SELECT * FROM range((SELECT count(*) FROM '%s'))",
          "SELECT * FROM unnest([getvariable('x')])",
          // Functions.
          "SELECT getvariable('wm_ads_clicks')",
          "SELECT current_setting('home_directory')",
          "SELECT nextval('ids')",
          "SELECT ids.nextval()",
          "SELECT currval('ids')",
          "SELECT setval('ids', 7)",
          "SELECT getenv('HOME')",
          "SELECT 'HOME'.getenv()",
          "SELECT main.current_setting('threads')",
          "SELECT system.main.getvariable('x')",
          "SELECT write_log('x')",
          "SELECT setseed(0.5)",
          "SELECT sleep_ms(60000)",
          "SELECT pg_sleep(60)",
          "SELECT current_query()",
          "SELECT json_serialize_plan('FROM ''%s''')",
          "SELECT json_deserialize_sql(json_serialize_sql('SELECT 1'))",
          "SELECT pg_get_viewdef(1)",
          "SELECT list_transform(['x'], lambda v: getvariable(v))",
          "SELECT COLUMNS(c -> getvariable(c)) FROM campaigns",
          "SELECT count(getvariable('x')) OVER () FROM campaigns",
          "SELECT * REPLACE (getvariable('x') AS id) FROM campaigns",
          "SELECT no_such_function(1)",
          // Sizes.
          "SELECT repeat('x', 2000000000)",
          "SELECT repeat('x', 1000 * 1000 * 1000)",
          "SELECT repeat('x', n) FROM (SELECT 2000000000 AS n)",
          "SELECT lpad('x', 1500000000, 'y')",
          "SELECT rpad('x', 1500000000, 'y')",
          "SELECT bar(1, 0, 1, 1000000000)",
          "SELECT range(2000000000)",
          "SELECT generate_series(TIMESTAMP '2000-01-01', TIMESTAMP '2030-01-01', INTERVAL 1 MICROSECOND)",
          "SELECT list_resize([1], 2000000000)",
          "SELECT printf('%%1500000000d', 1)",
          "SELECT printf('%%*d', 1500000000, 1)",
          "SELECT format('{:>1500000000}', 'x')",
          "SELECT format('{:>{}}', 'x', 1500000000)",
          // Other statements.
          "COPY (SELECT 1) TO '/tmp/gate_attack'",
          "COPY campaigns TO '/tmp/gate_attack'",
          "COPY campaigns FROM '%s'",
          "EXPORT DATABASE '/tmp/gate_attack'",
          "IMPORT DATABASE '/tmp'",
          "ATTACH '/tmp/gate_attack.db'",
          "DETACH store",
          "USE system",
          "SET threads = 1",
          "SET GLOBAL memory_limit = '1MB'",
          "SET VARIABLE x = 1",
          "RESET threads",
          "PRAGMA threads = 1",
          "PRAGMA show_tables",
          "CALL duckdb_settings()",
          "LOAD httpfs",
          "INSTALL httpfs",
          "CHECKPOINT",
          "VACUUM",
          "ANALYZE",
          "BEGIN",
          "COMMIT",
          "ROLLBACK",
          "INSERT INTO campaigns VALUES (1)",
          "INSERT INTO campaigns SELECT * FROM campaigns RETURNING *",
          "UPDATE campaigns SET id = 1",
          "DELETE FROM campaigns",
          "TRUNCATE campaigns",
          "MERGE INTO campaigns USING cheap ON true WHEN MATCHED THEN DELETE",
          "DROP TABLE campaigns",
          "ALTER TABLE campaigns ADD COLUMN x INTEGER",
          "CREATE TABLE t AS SELECT 1",
          "CREATE TEMP TABLE t AS SELECT 1",
          "CREATE MACRO upper(x) AS 1",
          "CREATE SECRET s (TYPE s3)",
          "COMMENT ON TABLE campaigns IS 'x'",
          "PREPARE p AS SELECT 1",
          "EXECUTE p",
          "EXPLAIN SELECT 1",
          "EXPLAIN ANALYZE SELECT 1",
          "PIVOT campaigns ON id USING sum(cost)",
          "DESCRIBE campaigns",
          "SUMMARIZE campaigns",
          "SHOW TABLES",
          "SELECT * FROM (SHOW ALL TABLES)",
          "SELECT * FROM (DESCRIBE '%s')",
          "SELECT * FROM (SUMMARIZE '%s')",
          "WITH x AS (INSERT INTO campaigns VALUES (1) RETURNING *) FROM x",
          "WITH x AS (DELETE FROM campaigns RETURNING *) FROM x",
          "WITH x AS (UPDATE campaigns SET id = 0 RETURNING *) SELECT 1",
          "SELECT * FROM (WITH x AS (DELETE FROM campaigns RETURNING *) FROM x)",
          // Several statements, comments and quotes.
          "SELECT 1; SELECT 2",
          "SELECT 1; DROP TABLE campaigns",
          "SELECT 1;; COPY campaigns TO '/tmp/gate_attack'",
          "SELECT 1 /* ; */; -- \n DELETE FROM campaigns",
          "/* SELECT */ DELETE FROM campaigns -- SELECT 1",
          "SELECT $$; $$; DELETE FROM campaigns",
          "SELECT 1 -- '\n; DELETE FROM campaigns --'",
          "",
          ";",
          "   -- nothing",
          "SELECT 1\0; DELETE FROM campaigns",
          // Other catalogs and their views.
          "SELECT * FROM duckdb_columns",
          "SELECT * FROM duckdb_logs",
          "SELECT * FROM sqlite_master",
          "SELECT * FROM pg_catalog.pg_settings",
          "SELECT * FROM pragma_database_list",
          "SELECT * FROM system.main.duckdb_databases",
          "SELECT * FROM temp.main.x",
          "SELECT * FROM campaigns AT (VERSION => 1)",
          "SELECT * FROM campaigns AT (VERSION => getenv('PATH')::INT)",
          "SELECT * FROM campaigns c AT (VERSION => (SELECT count(*) FROM '%s'))",
          "SELECT * FROM '%s' AT (VERSION => 1)",
          // Parameters that nobody offers.
          "SELECT ?",
          "SELECT $1",
          "SELECT $x");

  @TempDir Path folder;
  Store store;
  QueryRunner runner;

  @BeforeEach
  void open() throws Exception {
    store = new Store(folder);
    runner = new QueryRunner();
  }

  @AfterEach
  void close() throws Exception {
    runner.close();
    store.close();
  }

  @Test
  void refusesEveryAttackBeforeDuckDbRunsIt() throws Exception {
    Set<String> before = files();
    List<String> passed = new ArrayList<>();
    for (String attack : ATTACKS) {
      String sql = attack.replace("%s", store.secret.toString()).replace("%%", "%");
      if (!refused(sql)) {
        passed.add(sql);
      }
    }
    assertThat(passed).isEmpty();
    assertThat(files()).isEqualTo(before);
    assertThat(Path.of("/tmp/gate_attack")).doesNotExist();
    assertUnharmed();
  }

  /** Each attack inside larger queries, in random spelling; then random damage to harmless ones. */
  @Test
  void refusesAttacksInRandomDisguise() throws Exception {
    long seed = Seeds.next("QueryGateAttackTest");
    Random random = new Random(seed);
    List<String> wrappers =
        List.of(
            "SELECT * FROM (%s) q",
            "WITH c AS (%s) SELECT * FROM c",
            "WITH c AS MATERIALIZED (%s), d AS (FROM c) FROM d",
            "SELECT (%s)",
            "SELECT 1 WHERE 1 IN (%s)",
            "SELECT 1 UNION ALL (%s)",
            "SELECT * FROM campaigns c, LATERAL (%s) l",
            "SELECT CASE WHEN EXISTS (%s) THEN 1 END FROM campaigns",
            "SELECT max(id) FROM campaigns GROUP BY name HAVING EXISTS (%s)");
    List<String> selects = ATTACKS.stream().filter(a -> a.startsWith("SELECT ")).toList();
    List<String> passed = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      String sql =
          selects.get(random.nextInt(selects.size())).replace("%s", store.secret.toString());
      if (sql.contains(";") || sql.contains("\0")) {
        continue;
      }
      for (int depth = random.nextInt(4); depth > 0; depth--) {
        sql = wrappers.get(random.nextInt(wrappers.size())).replace("%s", sql);
      }
      sql = disguise(sql.replace("%%", "%"), random);
      if (!refused(sql)) {
        passed.add(sql);
      }
    }
    assertThat(passed).as("seed %d", seed).isEmpty();
    assertUnharmed();
  }

  private static String disguise(String sql, Random random) {
    StringBuilder text = new StringBuilder();
    boolean quoted = false;
    for (char c : sql.toCharArray()) {
      quoted ^= c == '\'' || c == '"';
      if (c == ' ' && !quoted) {
        text.append(List.of(" ", "\n", "\t", " /* ' */ ", " -- \"\n", "  ").get(random.nextInt(6)));
      } else {
        boolean flip = !quoted && random.nextBoolean();
        text.append(flip ? Character.toUpperCase(c) : c);
      }
    }
    return text.toString();
  }

  /** Whatever the text, a run leaves no trace: no file, no change of data or of a setting. */
  @Test
  void randomTextDoesNoHarm() throws Exception {
    long seed = Seeds.next("QueryGateAttackTest");
    Random random = new Random(seed);
    Set<String> before = files();
    List<String> words =
        Stream.concat(
                ATTACKS.stream().flatMap(a -> Stream.of(a.split("(?<=\\W)|(?=\\W)"))),
                Stream.of("SELECT ", "FROM ", "campaigns", "(", ")", ",", "*"))
            .filter(w -> !w.isEmpty() && !w.contains("gate_attack") && !w.equals("sleep_ms"))
            .toList();
    int ran = 0;
    for (int i = 0; i < 1_500; i++) {
      StringBuilder sql = new StringBuilder(ATTACKS.get(random.nextInt(ATTACKS.size())));
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        int at = random.nextInt(sql.length() + 1);
        int end = Math.min(sql.length(), at + random.nextInt(6));
        sql.replace(at, end, " " + words.get(random.nextInt(words.size())) + " ");
      }
      ran += refused(sql.toString().replace("%s", "secret.csv")) ? 0 : 1;
    }
    assertThat(files()).as("seed %d, %d ran", seed, ran).isEqualTo(before);
    assertUnharmed();
  }

  /** True if the gate refused it or DuckDB's binder did not know a name; false if it ran. */
  private boolean refused(String sql) {
    Throwable thrown =
        catchThrowable(
            () ->
                runner.run(
                    store.connection,
                    sql,
                    List.of(),
                    QueryPlace.inText("query", sql),
                    new QueryLimits(10, 1 << 20, java.time.Duration.ofSeconds(2))));
    if (thrown instanceof StopException stop) {
      return stop.problem().code() != GateError.QUERY_FAILED
          && stop.problem().code() != GateError.QUERY_TIMEOUT;
    }
    assertThat(thrown).as(sql).isNull();
    return false;
  }

  private void assertUnharmed() throws Exception {
    try (Statement statement = store.connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT count(*), sum(id), (SELECT count(*) FROM duckdb_tables()), (SELECT last_value IS NULL"
                    + " FROM duckdb_sequences()), (SELECT count(*) FROM duckdb_databases() WHERE NOT internal)"
                    + " FROM campaigns")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getLong(1)).isEqualTo(100);
      assertThat(rows.getLong(2)).isEqualTo(4950);
      assertThat(rows.getLong(3)).isEqualTo(3);
      assertThat(rows.getBoolean(4)).isTrue();
      assertThat(rows.getLong(5)).isEqualTo(1);
    }
  }

  private Set<String> files() throws Exception {
    try (Stream<Path> walk = Files.walk(folder)) {
      Set<String> names = new TreeSet<>();
      walk.forEach(p -> names.add(p.toString()));
      return names;
    }
  }
}
