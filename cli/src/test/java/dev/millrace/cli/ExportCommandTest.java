package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables as plain Parquet: by the command, and after builds. */
class ExportCommandTest {
  @TempDir Path folder;

  private Answer millrace(String command, String... more) {
    List<Object> words = new ArrayList<>(List.of(command, folder));
    words.addAll(List.of(more));
    return Answer.to(words);
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static List<String> folders(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(p -> String.valueOf(p.getFileName()).matches("part-.*\\.parquet"))
          .map(p -> String.valueOf(root.relativize(p).getParent()))
          .distinct()
          .sorted()
          .toList();
    }
  }

  private static List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          text.append(i == 1 ? "" : "|").append(row.getString(i));
        }
        rows.add(text.toString());
      }
    }
    return rows;
  }

  @BeforeEach
  void project() throws IOException {
    write(
        "millrace.yml",
        """
        name: shop
        time_zone: America/New_York
        targets: {dev: {kafka: embedded, lake: embedded}}
        vars: {worst: 100}
        """);
    write(
        "models/visits.sql",
        """
        {{ config(materialized='table', export={'to': 'out/visits', 'partition_by': ['day(at)']}) }}
        select i as id, timestamptz '2026-11-20 23:30:00+00' + to_hours(i::int) as at,
          [null, '', 'a/b: ä%', 'de'][i % 4 + 1] as country,
          5::hugeint as huge, 7::utinyint as small, 9::ubigint as large, time '10:00' as noon,
          uuid '00000000-0000-0000-0000-000000000001' as u, {'a': [1::uinteger]} as nested
        from range(8) t(i)
        """);
    write(
        "models/stored.sql",
        "{{ config(materialized='table', file_format='parquet') }} select id, country from {{"
            + " ref('visits') }}");
    write(
        "models/models.yml",
        """
        models:
          - name: visits
            columns:
              - name: id
                data_tests:
                  - accepted_values: {arguments: {values: [0, 1, 2, 3, 4, 5, 6, 7, "{{ var('worst') }}"]}}
        """);
  }

  @Test
  void buildsExportWhatIsGood() throws Exception {
    Answer built = millrace("build");
    assertThat(built.code()).as(built.out() + built.err()).isZero();
    assertThat(built.out()).contains("exported visits: 8 rows in 2 partitions, out/visits");
    // In UTC, though the project's midnight is another one.
    assertThat(folders(folder.resolve("out/visits")))
        .containsExactly("dt=2026-11-20", "dt=2026-11-21");
    assertThat(
            rows(
                "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet('"
                    + folder.resolve("out/visits/*/*.parquet")
                    + "'))"))
        .contains(
            "at|TIMESTAMP WITH TIME ZONE",
            "huge|DECIMAL(38,0)",
            "small|SMALLINT",
            "large|DECIMAL(20,0)",
            "noon|VARCHAR",
            "u|VARCHAR",
            "nested|STRUCT(a BIGINT[])");

    write(
        "models/models.yml",
        Files.readString(folder.resolve("models/models.yml")).replace("[0, 1, ", "[0, "));
    Answer bad = millrace("build");
    assertThat(bad.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(bad.out()).contains("not exported: visits, of which a test has failed");
  }

  @Test
  void partitionsAreNamedAsHiveDoesAndReplacedOneByOne() throws Exception {
    assertThat(millrace("build").code()).isZero();
    String to = folder.resolve("by").toString();
    String[] export = {"visits", "--to", to, "--partition-by", "c=country", "--partition-by", "id"};
    assertThat(millrace("export", export).out()).contains("8 rows in 8 partitions");
    assertThat(folders(Path.of(to)))
        .contains("c=__HIVE_DEFAULT_PARTITION__/id=0", "c=__HIVE_DEFAULT_PARTITION__/id=1")
        .contains("c=a%2Fb%3A ä%25/id=2", "c=de/id=3");
    assertThat(
            rows(
                "SELECT id, c FROM read_parquet('%s/*/*/*.parquet', hive_partitioning = true) ORDER BY id LIMIT 4"
                    .formatted(to)))
        .containsExactly("0|null", "1|null", "2|a/b: ä%", "3|de");

    write(
        "models/visits.sql",
        Files.readString(folder.resolve("models/visits.sql")).replace("range(8)", "range(2, 5)"));
    assertThat(millrace("build").code()).isZero();
    List<String> only = new ArrayList<>(List.of(export));
    only.addAll(List.of("--only", "c=de"));
    assertThat(millrace("export", only.toArray(String[]::new)).out())
        .contains("1 row in 1 partition, 1 removed");
    assertThat(folders(Path.of(to))).contains("c=de/id=3", "c=a%2Fb%3A ä%25/id=6").hasSize(7);
    assertThat(millrace("export", export).out()).contains("3 rows in 3 partitions, 4 removed");
    assertThat(folders(Path.of(to)))
        .containsExactly("c=__HIVE_DEFAULT_PARTITION__/id=4", "c=a%2Fb%3A ä%25/id=2", "c=de/id=3");
  }

  @Test
  void tablesOfTheLakeAndFoldersInOnePiece() throws Exception {
    assertThat(millrace("build").code()).isZero();
    String to = folder.resolve("flat").toString();
    for (int i = 0; i < 2; i++) {
      assertThat(millrace("export", "stored", "--to", to).out()).contains("8 rows in 1 partition");
      assertThat(rows("SELECT count(*) FROM read_parquet('" + to + "/*.parquet')"))
          .containsExactly("8");
    }
  }

  @Test
  void whatCannotBeIsRefusedAndNothingElseIsTouched() throws Exception {
    assertThat(millrace("build").code()).isZero();
    assertThat(millrace("export", "visit", "--to", "x").err())
        .contains("EXPORT_TABLE", "did you mean `visits`?");
    write("mine/letter.txt", "dear");
    String mine = folder.resolve("mine").toString();
    assertThat(millrace("export", "visits", "--to", mine, "--partition-by", "id").err())
        .contains("EXPORT_FOLDER", "letter.txt");
    assertThat(Files.readString(folder.resolve("mine/letter.txt"))).isEqualTo("dear");
    String to = folder.resolve("new").toString();
    assertThat(millrace("export", "visits", "--to", to, "--partition-by", "nested").err())
        .contains("EXPORT_PARTITION", "`nested`");
    assertThat(millrace("export", "visits", "--to", to, "--partition-by", "hour(day)").err())
        .contains("there is no column `day`");
    Answer other =
        millrace("export", "visits", "--to", to, "--partition-by", "id", "--only", "day=1");
    assertThat(other.err()).contains("`day=1` is no partition", "`id=a`");
    Answer width = millrace("export", "visits", "--to", to, "--partition-by", "bucket(4, id)");
    assertThat(width.code()).isEqualTo(2);
    assertThat(Path.of(to)).doesNotExist();
  }
}
