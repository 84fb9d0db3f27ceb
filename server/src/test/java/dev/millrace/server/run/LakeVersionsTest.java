package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.StopException;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableStore;
import dev.millrace.api.table.TableVersion;
import dev.millrace.engine.lake.Lake;
import dev.millrace.engine.lake.LakeVersions;
import dev.millrace.server.StoreClient;
import dev.millrace.sql.gate.TableVersions;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Earlier versions of tables in the lake, in queries and in models. */
class LakeVersionsTest {
  @TempDir Path folder;
  private BuiltLake shop;

  @SuppressWarnings("NullAway.Init")
  LakeVersionsTest() {}

  @BeforeEach
  void make() throws Exception {
    shop = new BuiltLake(folder);
    shop.model("facts", "materialized='table'", "select 1 as id, {{ var('v', 1) }} as v");
  }

  private void build(String... words) {
    assertThat(shop.build(words)).as(shop.output()).isTrue();
  }

  private String query(String sql) {
    JsonNode answer = StoreClient.of(folder).query(sql, () -> StoppedLake.of(folder, null));
    return answer.path("rows").toString();
  }

  private List<TableVersion> versions() {
    try (TableStore lake = shop.lake()) {
      return lake.find("main.facts").orElseThrow().versions();
    }
  }

  @Test
  void queriesReadVersionsByNumberIdAndTime() throws Exception {
    build();
    build("--vars", "v: 2");
    // Another shape, so that columns are those of the version.
    shop.model("facts", "materialized='table'", "select 'x' as name, 3 as v, 2 as id");
    build();
    List<TableVersion> versions = versions();
    assertThat(versions).hasSize(3);
    assertThat(query("SELECT * FROM facts AT (VERSION => 1)")).isEqualTo("[[1,1]]");
    assertThat(query("SELECT * FROM main.facts f AT (VERSION => 2) WHERE f.v = 2"))
        .isEqualTo("[[1,2]]");
    assertThat(query("FROM store.main.facts AT (VERSION => 3)")).isEqualTo("[[\"x\",3,2]]");
    assertThat(query("FROM FACTS AT (VERSION => " + versions.get(0).id() + ")"))
        .isEqualTo("[[1,1]]");
    assertThat(query("FROM facts AT (TIMESTAMP => TIMESTAMPTZ '" + versions.get(1).at() + "')"))
        .isEqualTo("[[1,2]]");
    assertThat(query("SELECT v FROM facts AT (TIMESTAMP => now())")).isEqualTo("[[3]]");
    assertThat(
            query(
                "SELECT new.v - old.v FROM facts new JOIN facts old AT (VERSION => 1) ON new.id <>"
                    + " old.v + 1 OR true"))
        .isEqualTo("[[2]]");
  }

  @Test
  void systemTablesSayWhatThereIs() throws Exception {
    build();
    build("--vars", "v: 2");
    try (TableStore lake = shop.lake()) {
      lake.create(
          "raw.empty",
          lake.find("main.facts").orElseThrow().schema(),
          List.of(dev.millrace.api.table.PartitionField.parse("bucket(4, id)").orElseThrow()));
    }
    List<TableVersion> versions = versions();
    assertThat(
            query(
                "SELECT table_name, version, snapshot_id, epoch_ms(committed_at), operation, rows,"
                    + " files, bytes > 0, is_current FROM system.lake_versions ORDER BY ALL"))
        .isEqualTo(
            "[[\"main.facts\",1,\"%d\",%d,\"append\",1,1,true,false],"
                    .formatted(versions.get(0).id(), versions.get(0).at().toEpochMilli())
                    .replace("append", versions.get(0).operation())
                + "[\"main.facts\",2,\"%d\",%d,\"overwrite\",1,1,true,true]]"
                    .formatted(versions.get(1).id(), versions.get(1).at().toEpochMilli()));
    assertThat(
            query(
                "SELECT table_name, partitioned_by, version, rows, versions, oldest_version FROM"
                    + " system.lake_tables ORDER BY ALL"))
        .isEqualTo(
            "[[\"main.facts\",null,2,1,2,1],[\"raw.empty\",\"bucket(4, id)\",null,null,0,null]]");
    // Models read them too.
    shop.write(
        "models/known.sql",
        "{{ config(materialized='table') }} select version from store.system.lake_versions where"
            + " is_current");
    build("--select", "known");
    assertThat(shop.rows("SELECT * FROM known")).hasToString("[[2]]");
    // Without a lake there is nothing in them.
    assertThat(shop.rows("SELECT count(*) FROM store.system.lake_versions")).hasToString("[[0]]");
  }

  @Test
  void modelsCompareVersions() throws Exception {
    build();
    shop.write(
        "models/change.sql",
        "{{ config(materialized='table') }} select n.id, n.v - o.v as grown from {{ ref('facts') }}"
            + " n join {{ ref('facts') }} o at (version => {{ var('from', 1) }}) using (id)");
    shop.model(
        "kept",
        "materialized='incremental', unique_key='id'",
        "select o.id, o.v from {{ ref('facts') }} o at (timestamp => now() - interval 0 second)"
            + " {% if is_incremental() %} union all select 100 + count(*), min(v) from {{ this }} at"
            + " (version => 1) {% endif %}");
    build("--vars", "v: 5");
    assertThat(shop.rows("SELECT * FROM change")).hasToString("[[1, 4]]");
    build("--vars", "v: 7");
    assertThat(shop.rows("SELECT * FROM change")).hasToString("[[1, 6]]");
    assertThat(shop.rows("SELECT * FROM kept ORDER BY id")).hasToString("[[1, 7], [101, 5]]");
    assertThat(shop.build("--vars", "{v: 7, from: 99}", "--select", "change")).isFalse();
    assertThat(shop.output()).contains("`main.facts` has no version 99", "models/change.sql");
    shop.write("models/change.sql", "select * from {{ ref('facts') }} at (version => 1)");
    assertThat(shop.build("--select", "change")).isFalse();
    assertThat(shop.output()).contains("a view cannot read an earlier version", "='table'");
  }

  @Test
  void whatHasNoVersionsIsSaid() throws Exception {
    build();
    shop.write("models/plain.sql", "{{ config(materialized='table') }} select 1 as id");
    build("--select", "plain");
    assertThatThrownBy(() -> query("FROM plain AT (VERSION => 1)"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("query:1:6: there is no table `plain` in the lake")
        .hasMessageContaining("a stream gets there by a sink");
    assertThatThrownBy(() -> query("FROM fact AT (VERSION => 1)"))
        .hasMessageContaining("did you mean `facts`?");
    assertThatThrownBy(() -> query("FROM facts AT (TIMESTAMP => '2020-01-01')"))
        .hasMessageContaining("has no version of 2020-01-01T00:00:00Z - there is 1 of ");
    build("--vars", "v: 2");
    try (TableStore lake = shop.lake()) {
      lake.find("main.facts").orElseThrow().expire(Instant.now().plusSeconds(1));
    }
    assertThatThrownBy(() -> query("FROM facts AT (VERSION => 1)"))
        .hasMessageContaining("has no version 1 any more - there is 2 of ");
    assertThat(query("SELECT v FROM facts AT (VERSION => 2)")).isEqualTo("[[2]]");
  }

  /** A statement that reads a version keeps its files while others expire it. */
  @Test
  void whatAStatementReadsStays() throws Exception {
    build();
    build("--vars", "v: 2");
    try (Lake lake = new Lake("shop", shop.folder().toString(), shop::lake)) {
      StoredTable table = lake.store().find("main.facts").orElseThrow();
      try (TableVersions.Reading reading = LakeVersions.of(Optional.of(lake)).open()) {
        String relation = reading.relation(List.of("facts"), 1);
        assertThat(table.expire(Instant.now().plusSeconds(1))).isZero();
        assertThat(shop.rows("SELECT v FROM " + relation)).hasToString("[[1]]");
      }
      assertThat(table.expire(Instant.now().plusSeconds(1))).isEqualTo(1);
    }
  }
}
