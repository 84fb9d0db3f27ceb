package dev.millrace.dbt.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.macro.MacroLibrary;
import dev.millrace.dbt.manifest.DbtTarget;
import dev.millrace.dbt.manifest.NodeConfig;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.project.TextFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What templates say about their nodes while a project is read. */
class NodeParserTest {
  private final Problems problems = new Problems();
  private final List<String> log = new ArrayList<>();

  private NodeParser parser(Map<String, List<TextFile>> macros) {
    DbtTarget target = new DbtTarget("shop", "dev", "shop_db", "main", 2, Map.of());
    return new NodeParser(
        MacroLibrary.of("shop", macros, Map.of(), problems),
        new ParseSetting(
            "shop",
            target,
            Map.of("shop", Map.of("days", 3L)),
            Map.of("DBT_ENV_SECRET_KEY", "hunter2", "REGION", "eu"),
            "c0ffee",
            Instant.parse("2026-01-02T03:04:05Z"),
            Map.of(),
            log::add));
  }

  private ParsedNode parse(NodeParser parser, String code) {
    TextFile file = new TextFile("models/orders.sql", code);
    return parser.parse(
        new ParseInput(
            "shop",
            NodeType.MODEL,
            "orders",
            file,
            "orders.sql",
            code,
            List.of("shop", "orders"),
            NodeConfig.EMPTY),
        problems);
  }

  @Test
  void tellsConfigurationReferencesAndMacrosWithTheirPlaces() {
    NodeParser parser =
        parser(
            Map.of(
                "shop",
                List.of(
                    new TextFile(
                        "macros/m.sql",
                        "{% macro cents(c) %}{{ c }} / 100{% endmacro %}\n"
                            + "{% macro broken() %}{{ nobody.knows | what }}{% endmacro %}"))));
    ParsedNode node =
        parse(
            parser,
            "{{ config(materialized='table',\n  pre_hook=\"delete from {{ ref('log') }}\") }}\n"
                + "select {{ cents('a') }} from {{ ref('raw', v=2) }}, {{ source('s', 't') }}\n"
                + "where x > {{ var('days') }} {{ unknown.name('x') }}");
    assertThat(problems.all()).isEmpty();
    assertThat(node.configCalls())
        .extracting(value -> value.key() + "=" + value.value() + " " + value.where())
        .containsExactly(
            "materialized=table models/orders.sql:1:11",
            "pre-hook=delete from {{ ref('log') }} models/orders.sql:2:3");
    assertThat(node.refs())
        .extracting(ref -> ref.name() + " " + ref.version() + " " + ref.where())
        .containsExactly(
            "raw Optional[2] models/orders.sql:3:33", "log Optional.empty models/orders.sql:2:3");
    assertThat(node.sources()).extracting(source -> source.table()).containsExactly("t");
    assertThat(node.macros()).containsExactly("macro.shop.cents");
  }

  @Test
  void aCallOfAMacroReturnsItsTextStripped() {
    NodeParser parser =
        parser(
            Map.of(
                "shop",
                List.of(
                    new TextFile(
                        "macros/m.sql",
                        "{% macro generate_schema_name(custom_schema_name=none, node=none) %}\n"
                            + "  {{ node.name }}_{{ custom_schema_name | trim }}\n"
                            + "{% endmacro %}"))));
    Object name = parser.call("generate_schema_name", Arguments.of("x"), Map.of("name", "orders"));
    assertThat(name).isEqualTo("orders_x");
  }

  @Test
  void textsOfYamlFilesHaveVariablesAndDocumentation() {
    NodeParser parser = parser(Map.of());
    Docs docs = (packageName, name) -> Optional.of("text of " + name);
    assertThat(
            parser.text(
                "shop",
                "{{ doc('a') }} {{ env_var('REGION') }} {{ target.schema }}",
                (offset, length) -> new TextFile("a.yml", "").at(0, 0),
                docs,
                problems))
        .contains("text of a eu main");
    assertThat(
            parser
                .value(
                    "shop",
                    "{{ var('days') > 2 }}",
                    (offset, length) -> new TextFile("a.yml", "").at(0, 0),
                    docs,
                    problems)
                .orElseThrow()
                .value())
        .isEqualTo(true);
  }
}
