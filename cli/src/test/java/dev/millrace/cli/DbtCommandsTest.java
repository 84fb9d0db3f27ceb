package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dbt project from its packages to its tables, by the commands that its user gives. */
class DbtCommandsTest {
  @TempDir Path folder;
  private Path shop = Path.of("");

  private Answer millrace(String command, String... more) {
    List<Object> words = new ArrayList<>(List.of(command, shop));
    words.addAll(List.of(more));
    return Answer.to(words);
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void git(Path where, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("git", "-c", "user.name=t", "-c", "user.email=t@localhost"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
  }

  @BeforeEach
  void project() throws Exception {
    Path tools = folder.resolve("tools");
    write(tools.resolve("dbt_project.yml"), "name: tools\nversion: 1.0.0\n");
    write(
        tools.resolve("macros/twice.sql"),
        "{% macro twice(x) %}{{ x }} * 2{% endmacro %}"
            + "{% test at_most(model, column_name, most) %}select * from {{ model }}"
            + " where {{ column_name }} > {{ most }}{% endtest %}");
    git(tools, "init", "--quiet");
    git(tools, "add", "--all");
    git(tools, "commit", "--quiet", "-m", "one");
    shop = folder.resolve("shop");
    write(shop.resolve("dbt_project.yml"), "name: shop\nversion: 1.0.0\nprofile: shop\n");
    write(shop.resolve("packages.yml"), "packages:\n  - git: " + tools.toUri() + "\n");
    write(shop.resolve("seeds/prices.csv"), "product,price\ntea,3\ncake,5\n");
    write(
        shop.resolve("models/doubled.sql"),
        "{{ config(materialized='table') }}\n"
            + "select product, {{ tools.twice('price') }} as price from {{ ref('prices') }}\n");
    write(
        shop.resolve("models/models.yml"),
        """
        models:
          - name: doubled
            columns:
              - name: price
                data_tests:
                  - tools.at_most: {arguments: {most: 9}}
        """);
  }

  @Test
  void packagesAreInstalledModelsBuiltAndTestsTold() throws Exception {
    Answer missing = millrace("build");
    assertThat(missing.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(missing.err()).contains("is not installed").contains("`millrace deps`");

    Answer installed = millrace("deps");
    assertThat(installed.code()).as(installed.out() + installed.err()).isZero();
    assertThat(installed.out()).containsPattern("installed tools [0-9a-f]{40} from file:");

    Answer listed = millrace("ls", "--resource-type", "model");
    assertThat(listed.out().strip()).isEqualTo("shop.doubled");

    Answer built = millrace("build");
    assertThat(built.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(built.out())
        .contains("PASS=2 WARN=0 ERROR=1 SKIP=0")
        .containsPattern("product +price")
        .containsPattern("cake +10");

    write(
        shop.resolve("models/models.yml"),
        Files.readString(shop.resolve("models/models.yml")).replace("most: 9", "most: 10"));
    Answer again = millrace("build", "--select", "doubled");
    assertThat(again.code()).as(again.out() + again.err()).isZero();
    Answer rows = millrace("sql", "SELECT * FROM doubled ORDER BY price", "--format", "csv");
    assertThat(rows.out()).isEqualToNormalizingNewlines("product,price\ntea,6\ncake,10\n");
  }

  @Test
  void theEnginesErrorIsAtTheModelsPlace() throws Exception {
    millrace("deps");
    write(shop.resolve("models/wrong.sql"), "select product,\n  prise from {{ ref('prices') }}\n");
    Answer built = millrace("build", "--select", "+wrong");
    assertThat(built.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(built.out()).contains("models/wrong.sql:2:3").contains("prise");
  }
}
