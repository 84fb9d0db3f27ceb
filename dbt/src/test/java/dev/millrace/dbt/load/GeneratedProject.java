package dev.millrace.dbt.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes a dbt project of any size: layers of models that read sources and one another, with macros,
 * descriptions, tests and configuration by folder.
 */
public final class GeneratedProject {
  private static final int PER_FOLDER = 50;

  private GeneratedProject() {}

  /**
   * Writes a project.
   *
   * @param models how many
   * @return its folder
   */
  public static Path write(Path folder, int models) throws IOException {
    Files.createDirectories(folder.resolve("macros"));
    Files.writeString(
        folder.resolve("dbt_project.yml"),
        """
        name: large
        version: "1.0"
        profile: large
        vars: {days: 7}
        models:
          large:
            +materialized: view
            +tags: [all]
            group_1:
              +materialized: table
              +meta: {owner: one}
        """);
    Files.writeString(
        folder.resolve("macros/cents.sql"),
        """
        {% macro in_cents(column, places=2) %}
          cast({{ column }} * 100 as decimal(18, {{ places }}))
        {% endmacro %}
        """);
    StringBuilder properties = new StringBuilder();
    for (int i = 0; i < models; i++) {
      int group = i / PER_FOLDER;
      Path in = Files.createDirectories(folder.resolve("models/group_" + group));
      if (i % PER_FOLDER == 0) {
        properties.setLength(0);
        properties.append("models:\n");
        writeSources(in, group);
      }
      Files.writeString(in.resolve("model_" + i + ".sql"), model(i, group));
      properties.append(properties(i));
      if (i % PER_FOLDER == PER_FOLDER - 1 || i == models - 1) {
        Files.writeString(in.resolve("models.yml"), properties.toString());
      }
    }
    return folder;
  }

  private static void writeSources(Path in, int group) throws IOException {
    StringBuilder sources =
        new StringBuilder("sources:\n  - name: raw_" + group + "\n    tables:\n");
    for (int i = 0; i < 5; i++) {
      sources.append("      - name: table_").append(i).append('\n');
    }
    Files.writeString(in.resolve("sources.yml"), sources.toString());
  }

  private static String model(int i, int group) {
    String from =
        i < 2
            ? "{{ source('raw_" + group + "', 'table_" + i % 5 + "') }} a"
            : "{{ ref('model_"
                + (i - 1)
                + "') }} a join {{ ref('model_"
                + i / 2
                + "') }} b"
                + " using (id)";
    return """
        {{ config(tags=['t%d'], meta={'n': %d}) }}
        {%% set columns = ['a', 'b', 'c'] %%}
        select
          id,
          {%% for column in columns %%}
          {{ in_cents(column) }} as {{ column }}_cents{{ ',' if not loop.last }}
          {%% endfor %%}
        from %s
        where day > current_date - {{ var('days') }}
        {%% if is_incremental() %%} and day > (select max(day) from {{ this }}) {%% endif %%}
        """
        .formatted(i % 10, i, from);
  }

  private static String properties(int i) {
    return """
          - name: model_%d
            description: What model %d says.
            columns:
              - name: id
                description: The key.
                data_tests: [unique, not_null]
              - name: a_cents
                data_tests:
                  - accepted_values: {arguments: {values: [1, 2, 3], quote: false}}
        """
        .formatted(i, i)
        .indent(0);
  }
}
