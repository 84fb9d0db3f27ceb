package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A dbt project of any size, always the same for a size: five seeds, then layers of views and
 * tables in turn, every fourth table incremental, each model with macros, refs to the layer before,
 * and three tests. The rows are few, so that what a tool adds to the SQL is seen.
 */
final class DbtProject {
  /** How many seeds it has. */
  static final int SEEDS = 5;

  private static final int ROWS = 100;
  private static final int LAYERS = 6;
  private static final List<String> STATES = List.of("placed", "shipped", "returned");

  private static final String MACROS =
      """
      {% macro cents(column, digits=2) -%}
        round({{ column }} / 100.0, {{ digits }})
      {%- endmacro %}

      {% macro sums(column, states) -%}
        {%- for state in states %}
        sum(case when state = '{{ state }}' then {{ column }} else 0 end) as {{ state }}_{{ column }}
          {{- "," if not loop.last }}
        {%- endfor %}
      {%- endmacro %}

      {% macro key_of(columns) -%}
        {%- set parts = [] -%}
        {%- for column in columns -%}
          {%- do parts.append("coalesce(cast(" ~ column ~ " as varchar), '')") -%}
        {%- endfor -%}
        md5({{ parts | join(" || '-' || ") }})
      {%- endmacro %}

      {% macro newer_only(alias, column) -%}
        {% if is_incremental() -%}
        where {{ alias }}.{{ column }} > (select max(t.{{ column }}) from {{ this }} as t)
        {%- endif %}
      {%- endmacro %}
      """;

  private static final String VIEW =
      """
      {{ config(materialized='view', tags=['layer_%1$d']) }}
      -- What %2$s has, with amounts in whole units.
      select
        id,
        parent_id,
        state,
        {{ cents('amount') }} * 100 as amount,
        {{ key_of(['id', 'state']) }} as surrogate,
        changed_on
      from {{ ref('%2$s') }}
      where amount >= {{ var('least_amount', 0) }}
      """;

  private static final String TABLE =
      """
      {{ config(materialized='table', tags=['layer_%1$d']) }}
      with states as (
        select parent_id, {{ sums('amount', var('states')) }}
        from {{ ref('%3$s') }}
        group by parent_id
      )
      select
        a.id,
        a.parent_id,
        a.state,
        a.amount + coalesce(s.{{ var('states') | first }}_amount, 0) as amount,
        a.surrogate,
        a.changed_on
      from {{ ref('%2$s') }} as a
      left join states as s on s.parent_id = a.id
      """;

  private static final String INCREMENTAL =
      """
      {{ config(materialized='incremental', unique_key='id', tags=['layer_%1$d']) }}
      select a.id, a.parent_id, a.state, a.amount, a.surrogate, a.changed_on
      from {{ ref('%2$s') }} as a
      {{ newer_only('a', 'changed_on') }}
      """;

  private final Path folder;
  private final int models;

  private DbtProject(Path folder, int models) {
    this.folder = folder;
    this.models = models;
  }

  /**
   * Writes the project.
   *
   * @param folder which must not be there
   * @param models how many, at least one a layer
   */
  static DbtProject write(Path folder, int models) throws IOException {
    if (models < LAYERS) {
      throw new IllegalArgumentException("--models is at least " + LAYERS);
    }
    DbtProject project = new DbtProject(folder, models);
    project.writeProject();
    for (int seed = 0; seed < SEEDS; seed++) {
      project.writeSeed(seed);
    }
    for (int layer = 0; layer < LAYERS; layer++) {
      project.writeLayer(layer);
    }
    return project;
  }

  Path folder() {
    return folder;
  }

  int models() {
    return models;
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.resolveSibling("."));
    Files.writeString(file, text);
  }

  private void writeProject() throws IOException {
    write(
        "dbt_project.yml",
        """
        name: large
        version: '1.0'
        config-version: 2
        profile: large
        flags:
          send_anonymous_usage_stats: false
        vars:
          states: [%s]
        models:
          large:
            +meta:
              owner: benchmarks
        """
            .formatted(String.join(", ", STATES)));
    write(
        "profiles.yml",
        """
        large:
          target: dev
          outputs:
            dev:
              type: duckdb
              path: %s
              threads: 1
        """
            .formatted(folder.resolve("dbt.duckdb")));
    write("macros/large.sql", MACROS);
  }

  private void writeSeed(int seed) throws IOException {
    StringBuilder rows = new StringBuilder("id,parent_id,state,amount,changed_on\n");
    for (int row = 1; row <= ROWS; row++) {
      rows.append(
          String.format(
              Locale.ROOT,
              "%d,%d,%s,%d,2026-%02d-%02d%n",
              row,
              1 + row * 7 % ROWS,
              STATES.get((row + seed) % STATES.size()),
              100 * ((row * 37 + seed) % 500),
              1 + row % 12,
              1 + row % 28));
    }
    write("seeds/" + seedName(seed) + ".csv", rows.toString());
  }

  private static String seedName(int seed) {
    return "raw_" + (char) ('a' + seed);
  }

  private int size(int layer) {
    return models / LAYERS + (layer < models % LAYERS ? 1 : 0);
  }

  private static String name(int layer, int index) {
    return String.format(
        Locale.ROOT, "l%d_%s_%04d", layer, layer % 2 == 0 ? "view" : "table", index);
  }

  /** A node of the layer before; seeds are before the first one. */
  private String before(int layer, int index) {
    return layer == 0 ? seedName(index % SEEDS) : name(layer - 1, index % size(layer - 1));
  }

  private void writeLayer(int layer) throws IOException {
    List<String> properties = new ArrayList<>();
    for (int index = 0; index < size(layer); index++) {
      String template = layer % 2 == 0 ? VIEW : index % 4 == 3 ? INCREMENTAL : TABLE;
      String first = before(layer, index);
      String second = before(layer, index * 3 + 1);
      write(
          "models/layer_" + layer + "/" + name(layer, index) + ".sql",
          String.format(Locale.ROOT, template, layer, first, second));
      properties.add(properties(layer, index));
      // A property file describes a few models, as people write them.
      if (properties.size() == 10 || index == size(layer) - 1) {
        write(
            "models/layer_" + layer + "/models_" + index + ".yml",
            "version: 2\n\nmodels:\n" + String.join("", properties));
        properties.clear();
      }
    }
  }

  /** Its description and tests: unique, not null, and each third one a relationship. */
  private String properties(int layer, int index) {
    String third =
        index % 3 == 0
            ? """
                    - relationships:
                        to: ref('%s')
                        field: id
            """
                .formatted(before(layer, index))
            : """
                    - not_null
            """;
    return """
      - name: %s
        description: Orders of layer %d, number %d.
        columns:
          - name: id
            description: The order.
            data_tests:
              - unique
              - not_null
          - name: parent_id
            description: The order that it belongs to.
            data_tests:
    %s"""
        .formatted(name(layer, index), layer, index, third);
  }
}
