package dev.millrace.dbt.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Snapshots on DuckDB. */
class SnapshotTest {
  private final SmallProject project = new SmallProject();

  @BeforeEach
  void rows() {
    sql("create table raw as select 1 as id, 'a' as v, timestamp '2026-01-01' as updated");
    sql("insert into raw values (2, 'b', '2026-01-01')");
  }

  @AfterEach
  void close() {
    project.close();
  }

  private void sql(String sql) {
    project.session.execute(sql, false);
  }

  private void snapshot(String config) {
    project
        .snapshot("s", "{{ config(unique_key='id', " + config + ") }} select * from raw")
        .build("s");
  }

  @Test
  void byTimestampKeepsEveryVersion() {
    String config = "strategy='timestamp', updated_at='updated'";
    snapshot(config);
    sql("update raw set v = 'A', updated = '2026-01-02' where id = 1");
    sql("insert into raw values (3, 'c', '2026-01-02')");
    sql("update raw set v = 'unseen' where id = 2");
    snapshot(config);
    snapshot(config);
    assertThat(
            project.session.rows(
                "select id, v, dbt_valid_from, dbt_valid_to, dbt_updated_at from s order by 1, 3"))
        .containsExactly(
            "1|a|2026-01-01T00:00|2026-01-02T00:00|2026-01-01T00:00",
            "1|A|2026-01-02T00:00|null|2026-01-02T00:00",
            "2|b|2026-01-01T00:00|null|2026-01-01T00:00",
            "3|c|2026-01-02T00:00|null|2026-01-02T00:00");
    assertThat(project.session.rows("select count(distinct dbt_scd_id) = count(*) from s"))
        .containsExactly("true");
    assertThat(project.session.rows("select column_name from (describe s)"))
        .containsExactly(
            "id", "v", "updated", "dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to");
  }

  @Test
  void byCheckComparesColumnsAndTakesNewOnes() {
    String config = "strategy='check', check_cols='all'";
    snapshot(config);
    sql("update raw set v = null where id = 1");
    snapshot(config);
    snapshot(config);
    assertThat(project.session.rows("select id, v, dbt_valid_to is null from s order by 1, 3"))
        .containsExactly("1|a|false", "1|null|true", "2|b|true");
    sql("alter table raw add column extra int");
    snapshot(config);
    assertThat(
            project.session.rows(
                "select id, v, extra, dbt_valid_to is null from s order by 1, 4, dbt_valid_from"))
        .hasSize(5);
    snapshot("strategy='check', check_cols=['v']");
    assertThat(project.session.rows("select * from s")).hasSize(5);
  }

  @Test
  void hardDeletesEndAVersion() {
    String config =
        "strategy='timestamp', updated_at='updated', hard_deletes='invalidate', dbt_valid_to_current=\"timestamp '9999-12-31'\"";
    snapshot(config);
    sql("delete from raw where id = 2");
    snapshot(config);
    assertThat(
            project.session.rows(
                "select id, dbt_valid_to = timestamp '9999-12-31' from s order by 1"))
        .containsExactly("1|true", "2|false");
    sql("insert into raw values (2, 'back', '2026-02-01')");
    snapshot(config);
    assertThat(
            project.session.rows(
                "select id, v, dbt_valid_to = timestamp '9999-12-31' from s order by 1, 3"))
        .containsExactly("1|a|true", "2|b|false", "2|back|true");
  }

  @Test
  void hardDeletesMayBeRecords() {
    String config =
        "strategy='check', check_cols=['v'], hard_deletes='new_record', snapshot_meta_column_names={'dbt_valid_to': 'until'}";
    snapshot(config);
    sql("delete from raw where id = 2");
    snapshot(config);
    snapshot(config);
    assertThat(
            project.session.rows(
                "select id, v, until is null, dbt_is_deleted from s order by 1, dbt_valid_from, 4"))
        .containsExactly("1|a|true|False", "2|b|false|False", "2|b|true|True");
    sql("insert into raw values (2, 'b', '2026-02-01')");
    snapshot(config);
    assertThat(
            project.session.rows(
                "select id, v, until is null, dbt_is_deleted from s where id = 2 order by dbt_valid_from, 4"))
        .containsExactly("2|b|false|False", "2|b|false|True", "2|b|true|False");
  }

  @Test
  void keysMayBeSeveralColumnsAndUnknownStrategiesAreRefused() {
    project
        .snapshot(
            "s",
            "{{ config(unique_key=['id', 'v'], strategy='timestamp', updated_at='updated') }} select * from raw")
        .build("s");
    sql("update raw set updated = '2026-05-01' where id = 1");
    project.build("s");
    assertThat(project.session.rows("select id, dbt_valid_to is null from s order by 1, 2"))
        .containsExactly("1|false", "1|true", "2|true");
    assertThatThrownBy(() -> snapshot("strategy='guess'"))
        .hasMessageContaining("there is no snapshot strategy `guess`");
  }
}
