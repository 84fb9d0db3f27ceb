package dev.millrace.connect.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.connect.SinkDeclaration;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.OptionValues;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Faults of a sink's block are told with their place, before anything runs. */
class SinkCheckTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              column("id", "BIGINT"),
              column("country", "VARCHAR"),
              column("at", "TIMESTAMPTZ"),
              column("tags", "MAP(VARCHAR, VARCHAR)")));

  private static Column column(String name, String type) {
    return new Column(name, DataTypeParser.parse(type).orElseThrow());
  }

  private static List<String> check(
      String table, Schema schema, List<String> key, Map<String, String> options) {
    ClickHouseConnector connector = new ClickHouseConnector();
    Problems problems = new Problems();
    Options values = OptionValues.of(connector.sinkOptions(), options);
    connector.check(
        new SinkDeclaration(
            "s",
            table,
            schema,
            key.isEmpty() ? WriteMode.APPEND : WriteMode.UPSERT,
            key,
            values,
            java.util.Set.of(),
            option -> new SourceLocation("sinks/" + option + ".yml", 1, 1, 0)),
        problems);
    return problems.all().stream().map(Problem::toString).toList();
  }

  private static List<String> check(List<String> key, String... options) {
    Map<String, String> map = new java.util.HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      map.put(options[i], options[i + 1]);
    }
    return check("t", SCHEMA, key, map);
  }

  @Test
  void goodBlocks() {
    assertThat(check(List.of())).isEmpty();
    assertThat(
            check(
                List.of(),
                "order_by",
                "country,toStartOfHour(at)",
                "partition_by",
                "toYYYYMM(at)",
                "ttl",
                "30 days",
                "ttl_column",
                "at"))
        .isEmpty();
    assertThat(check(List.of("id", "at"), "order_by", "at,ID", "partition_by", "toYYYYMM(at)"))
        .isEmpty();
  }

  @Test
  void everyFaultIsTold() {
    assertThat(
            check(
                List.of(),
                "order_by",
                "countri,toStartOfHour(country),tags",
                "partition_by",
                "toYYYYM(at),cityHash64(id) % 10",
                "ttl",
                "4000 days",
                "ttl_column",
                "id",
                "deduplication_window",
                "0"))
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).contains("order_by.yml:1:1").contains("did you mean `country`?"),
            p -> assertThat(p).contains("order_by.yml").contains("VARCHAR, which is no time"),
            p -> assertThat(p).contains("order_by.yml").contains("is a map"),
            p -> assertThat(p).contains("partition_by.yml").contains("did you mean `toYYYYMM`?"),
            p -> assertThat(p).contains("partition_by.yml").contains("neither a column nor"),
            p -> assertThat(p).contains("ttl.yml").contains("1 second to 3650 days"),
            p -> assertThat(p).contains("ttl_column.yml").contains("BIGINT, which is no time"),
            p -> assertThat(p).contains("deduplication_window.yml").contains("[SINK_OPTION]"));
  }

  @Test
  void upsertsAreToldApartByTheirKey() {
    assertThat(check(List.of("id"), "order_by", "id,country", "partition_by", "toYYYYMM(at)"))
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).contains("order_by.yml").contains("columns of the key: id"),
            p -> assertThat(p).contains("partition_by.yml").contains("`at` is not in the key"));
    assertThat(check(List.of("tags"))).singleElement().asString().contains("cannot sort");
  }

  @Test
  void viewIsANameToo() {
    ClickHouseConnector connector = new ClickHouseConnector();
    Options view = OptionValues.of(connector.sinkOptions(), Map.of());
    Options none = OptionValues.of(connector.sinkOptions(), Map.of("view", "false"));
    assertThat(connector.takenNames("ads.t", WriteMode.UPSERT, view))
        .containsExactly("ads.t", "ads.t_final");
    assertThat(connector.takenNames("ads.t", WriteMode.UPSERT, none)).containsExactly("ads.t");
    assertThat(connector.takenNames("ads.t", WriteMode.APPEND, view)).containsExactly("ads.t");
  }

  @Test
  void halfATtl() {
    assertThat(check(List.of(), "ttl", "1 day"))
        .singleElement()
        .asString()
        .contains("belong together")
        .contains("`ttl_column`");
  }

  @Test
  void namesThatCannotBe() {
    Schema schema = new Schema(List.of(column("_VERSION", "BIGINT")));
    assertThat(check("a.b.c", schema, List.of(), Map.of()))
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).contains("`a.b.c` is no name of a table"),
            p -> assertThat(p).contains("`_VERSION`").contains("rename it"));
    assertThat(check("millrace.positions", SCHEMA, List.of(), Map.of()))
        .singleElement()
        .asString()
        .contains("where positions are kept");
  }
}
