package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.embedded.DataFolder;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line, without a run. */
class CommandTest {
  private static final int WRONG_USAGE = 2;

  @TempDir Path folder;

  /** What a command printed, and its exit code. */
  private static Answer millrace(Object... words) {
    return Answer.to(List.of(words));
  }

  private Path shop() {
    Path shop = folder.resolve("shop");
    assertThat(millrace("init", shop).code()).isZero();
    return shop;
  }

  private static void change(Path file, String from, String to) throws Exception {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  @Test
  void initMakesAProjectThatIsRight() {
    Path shop = shop();
    Answer check = millrace("check", shop);
    assertThat(check.code()).as(check.all()).isZero();
    assertThat(check.out()).contains("orders", "orders_per_minute");
    assertThat(check.all()).doesNotContain("{name}", "{folder}");
  }

  @Test
  void initKeepsWhatIsThere() throws Exception {
    Path file = Files.writeString(folder.resolve("precious.txt"), "mine");
    Answer again = millrace("init", folder);
    assertThat(again.code()).isEqualTo(WRONG_USAGE);
    assertThat(again.err()).contains("not an empty folder");
    assertThat(file).hasContent("mine");
    assertThat(folder.resolve("millrace.yml")).doesNotExist();
  }

  @Test
  void initMakesANameOfAnyFoldersName() throws Exception {
    Path odd = folder.resolve("2nd Café-Shop");
    assertThat(millrace("init", odd).code()).isZero();
    Answer check = millrace("check", odd);
    assertThat(check.code()).as(check.all()).isZero();
  }

  @Test
  void checkNamesThePlaceOfEveryProblem() throws Exception {
    Path shop = shop();
    change(shop.resolve("sources/orders.yml"), "seed: 7", "sead: 7");
    change(shop.resolve("models/orders_per_minute.sql"), "amount", "amont");
    Answer check = millrace("check", shop);
    assertThat(check.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(check.out())
        .containsPattern("sources/orders.yml:\\d+:\\d+")
        .contains("did you mean `seed`");
  }

  @Test
  void planShowsWhatTheFirstRunMakes() throws Exception {
    Path shop = shop();
    Answer plan = millrace("plan", shop);
    assertThat(plan.code()).as(plan.all()).isZero();
    assertThat(plan.out())
        .contains("shop on dev: ", " assets change")
        .containsPattern("\\+ stream orders_per_minute +new");
    JsonNode json = new ObjectMapper().readTree(millrace("plan", shop, "--format", "json").out());
    assertThat(json.path("possible").asBoolean()).isTrue();
    assertThat(json.findValuesAsText("verdict")).isNotEmpty().containsOnly("new");
    change(shop.resolve("models/orders_per_minute.sql"), "amount", "amont");
    assertThat(millrace("plan", shop).code()).isEqualTo(Millrace.PROBLEMS);
  }

  @Test
  void checkFindsAStartThatIsNone() throws Exception {
    Path shop = shop();
    change(
        shop.resolve("models/orders_per_minute.sql"),
        "materialized='stream'",
        "materialized='stream', start='yesterday'");
    Answer check = millrace("check", shop);
    assertThat(check.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(check.out()).contains("START_UNKNOWN", "models/orders_per_minute.sql", "`now`");
  }

  @Test
  void checkFindsMistakesInSql() throws Exception {
    Path shop = shop();
    change(shop.resolve("models/orders_per_minute.sql"), "amount", "amont");
    Answer check = millrace("check", shop);
    assertThat(check.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(check.out())
        .containsPattern("models/orders_per_minute.sql:\\d+:\\d+")
        .contains("amont", "did you mean `amount`");
  }

  @Test
  void checkSpeaksJson() throws Exception {
    Path shop = shop();
    change(shop.resolve("sources/orders.yml"), "seed: 7", "sead: 7");
    Answer check = millrace("check", shop, "--format", "json");
    assertThat(check.code()).isEqualTo(Millrace.PROBLEMS);
    JsonNode json = new ObjectMapper().readTree(check.out());
    assertThat(json.toString()).contains("sources/orders.yml", "sead");
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "plan", "run", "test", "replay", "files"})
  void aFolderThatIsNoProjectIsAClearError(String command) {
    Answer answer = millrace(command, folder.resolve("nowhere"));
    assertThat(answer.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(answer.all()).contains("nowhere").doesNotContain("\tat ");
    assertThat(folder.resolve("nowhere")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "check", "plan", "test", "sql", "why", "init", "replay"})
  void helpShowsExamples(String command) {
    Answer help = millrace(command, "--help");
    assertThat(help.code()).isZero();
    assertThat(help.out()).contains("Examples:", "millrace " + command + " ");
  }

  @Test
  void helpNamesCommandsAndExitCodes() {
    Answer help = millrace("--help");
    assertThat(help.code()).isZero();
    assertThat(help.out())
        .contains("run", "check", "plan", "test", "sql", "why", "init", "replay")
        .contains("Exit codes:", "130");
  }

  @Test
  void versionNamesTheParts() {
    Answer version = millrace("--version");
    assertThat(version.code()).isZero();
    assertThat(version.out())
        .containsPattern("millrace \\d+\\.\\d+")
        .containsPattern("DuckDB \\d+\\.\\d+")
        .containsPattern("Kafka \\d+\\.\\d+");
  }

  @Test
  void wrongUsageIsNotAProblemOfTheProject() {
    Answer option = millrace("check", folder, "--fromat", "json");
    assertThat(option.code()).isEqualTo(WRONG_USAGE);
    assertThat(option.err()).contains("--fromat");
    assertThat(millrace().code()).isEqualTo(WRONG_USAGE);
    assertThat(millrace("rum", folder).code()).isEqualTo(WRONG_USAGE);
    assertThat(millrace("run").code()).isEqualTo(WRONG_USAGE);
    assertThat(millrace("run", shop(), "--for", "soon").code()).isEqualTo(WRONG_USAGE);
    assertThat(millrace("run", folder.resolve("shop"), "--memory", "much").code())
        .isEqualTo(WRONG_USAGE);
  }

  @Test
  void sqlOfAProjectThatNeverRanSaysSo() {
    Answer answer = millrace("sql", shop(), "SELECT 1");
    assertThat(answer.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(answer.err())
        .contains("has not run yet", "millrace run")
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void sqlAnswersInThreeFormats() throws Exception {
    Path shop = shopWithStore();
    String sql = "SELECT * FROM bread ORDER BY kind";
    assertThat(millrace("sql", shop, sql, "--format", "csv").out())
        .isEqualTo("kind,price\r\n\"rye, dark\",2.50\r\nwheat,\r\n");
    assertThat(millrace("sql", shop, sql).out()).contains("rye, dark", "2.50", "2 rows");
    JsonNode json =
        new ObjectMapper().readTree(millrace("sql", shop, sql, "--format", "json").out());
    assertThat(json.path(0).path("kind").asText()).isEqualTo("rye, dark");
    assertThat(json.path(1).path("price").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COPY bread TO '%s'",
        "COPY (SELECT 1) TO '%s'",
        "SELECT * FROM read_text('%s')",
        "SELECT * FROM read_csv('%s')",
        "SELECT * FROM '%s'",
        "SELECT * FROM glob('%s')",
        "ATTACH '%s' AS other",
        "EXPORT DATABASE '%s'",
        "INSTALL httpfs",
        "SET memory_limit = '1GB'",
        "PRAGMA database_list",
        "DELETE FROM bread",
        "DROP TABLE bread",
        "CREATE TABLE t AS SELECT 1",
        "SELECT 1; DROP TABLE bread",
        "WITH gone AS (DELETE FROM bread RETURNING *) SELECT * FROM gone",
        "SELECT getenv('HOME')",
        "SELECT"
      })
  void sqlReadsNothingButTheStore(String pattern) throws Exception {
    Path shop = shopWithStore();
    Path target = folder.resolve("outside.csv");
    String sql = pattern.formatted(target);
    Answer answer = millrace("sql", shop, sql);
    assertThat(answer.code()).as(answer.all()).isEqualTo(Millrace.PROBLEMS);
    assertThat(answer.err()).isNotBlank().doesNotContain("Exception", "\tat ", "unexpectedly");
    assertThat(target).doesNotExist();
    assertThat(millrace("sql", shop, "SELECT count(*) FROM bread", "--format", "csv").out())
        .isEqualTo("count_star()\r\n2\r\n");
  }

  @Test
  void sqlOfAFileThatExistsIsRefusedToo() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret.csv"), "a,b\nhidden,1\n");
    Answer answer = millrace("sql", shopWithStore(), "SELECT * FROM '" + secret + "'");
    assertThat(answer.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(answer.all()).doesNotContain("hidden");
  }

  private Path shopWithStore() throws Exception {
    Path shop = shop();
    Path path = DataFolder.open(shop).resolve("store");
    try (Store store = Store.open(new StoreOptions(path, ZoneOffset.UTC, 128L << 20, 1));
        Connection connection = store.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE bread AS FROM (VALUES ('rye, dark', 2.50), ('wheat', NULL)) v(kind, price)");
    }
    return shop;
  }
}
