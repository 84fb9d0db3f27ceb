package dev.millrace.dbt.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeColumn;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What templates see, beside dbt with DuckDB; {@code src/test/python/make_contexts.py} asks it. */
class ContextCasesTest {
  private static final String ORDERS =
      """
      select 1 as id, 12.50::decimal(10,2) as amount, 'ann' as name, timestamp '2026-01-02 03:04:05' as at,
        date '2026-01-02' as day, true as paid, 1.5::double as rate, [1, 2] as tags
      union all
      select 2, 7, null, timestamp '2026-01-03 00:00:00.25', date '2026-01-03', false, 2, []
      """;
  private static final String MACROS =
      """
      {% macro greet(name='you', times=1) %}hello {{ name }}{{ '!' * times }}{% endmacro %}
      {% macro pair() %}{{ return({'a': 1, 'b': [1, 2]}) }}{% endmacro %}
      {% macro wrap() %}<{{ caller() }}>{% endmacro %}
      {% macro shout(x) %}{{ return(adapter.dispatch('shout')(x)) }}{% endmacro %}
      {% macro default__shout(x) %}default {{ x }}{% endmacro %}
      {% macro duckdb__shout(x) %}duckdb {{ x }}{% endmacro %}
      {% macro default__concat(fields) %}my_concat({{ fields | join(', ') }}){% endmacro %}
      {% macro outer(x) %}[{{ greet(x) }}]{% endmacro %}
      {% macro never_called() %}{{ nobody.knows | no_such_filter }}{% endmacro %}
      """;

  private final SmallProject project = new SmallProject();

  @AfterEach
  void close() {
    project.close();
  }

  private void build() {
    project.macros("shop", new TextFile("macros/own.sql", MACROS));
    project.vars.putAll(
        Map.of(
            "days",
            3L,
            "names",
            List.of("a", "b"),
            "nested",
            Map.of("k", "v"),
            "templated",
            "{{ 1 + 2 }}"));
    project.flags.put("WHICH", "compile");
    project.extra("orders", Map.of("description", "all orders"));
    project.extra("items", Map.of("source_name", "raw"));
    project.node(NodeType.SOURCE, "items", "", Map.of(), Map.of(), Optional.empty());
    NodeColumn id =
        new NodeColumn(
            "id",
            "its number",
            Optional.of("integer"),
            false,
            List.of(),
            List.of(),
            Map.of("key", true));
    project.node(
        NodeType.MODEL,
        "orders",
        ORDERS,
        Map.of("materialized", "table", "meta", Map.of("owner", "me")),
        Map.of("id", id),
        Optional.empty());
    project.model("recent", "select * from {{ ref('orders') }} where id > 1");
    project.model("hidden", "{{ config(materialized='ephemeral') }} select 1 as one");
    project.build("orders");
    project.build("recent");
  }

  @TestFactory
  List<DynamicTest> casesOfContexts() throws IOException {
    build();
    List<DynamicTest> tests = new ArrayList<>();
    try (InputStream in =
        Objects.requireNonNull(
            ContextCasesTest.class.getResourceAsStream("/dev/millrace/dbt/contexts.json"))) {
      Object cases = Texts.fromJson(new String(in.readAllBytes(), StandardCharsets.UTF_8), null);
      for (Object one : (List<?>) Objects.requireNonNull(cases)) {
        Map<?, ?> values = (Map<?, ?>) one;
        String name = String.valueOf(values.get("name"));
        String template = String.valueOf(values.get("template"));
        int number = tests.size();
        tests.add(
            DynamicTest.dynamicTest(
                name, () -> check(number, template, (String) values.get("text"))));
      }
    }
    return tests;
  }

  private void check(int number, String template, @Nullable String expected) {
    if (expected == null) {
      assertThatThrownBy(() -> compile(number, template)).isNotNull();
    } else {
      assertThat(compile(number, template)).isEqualTo(expected);
    }
  }

  private String compile(int number, String template) {
    project.node(
        NodeType.ANALYSIS, "case_" + number, template, Map.of(), Map.of(), Optional.empty());
    Node node = project.node("case_" + number);
    return project.run().compile(node).sql().replaceAll("\n+$", "");
  }
}
