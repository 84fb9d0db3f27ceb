package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** {@code millrace test}, on the project that {@code millrace init} makes and on the example. */
class TestCommandTest {
  @TempDir Path folder;
  private Path shop = Path.of("");

  private static Answer millrace(Object... words) {
    return Answer.to(List.of(words));
  }

  @BeforeEach
  void init() {
    shop = folder.resolve("shop");
    assertThat(millrace("init", shop).code()).isZero();
  }

  private void change(String file, String from, String to) throws Exception {
    Path path = shop.resolve(file);
    String text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  @Test
  void theExamplesTestsPass() {
    Answer answer = millrace("test", Manual.root().resolve("examples/ads"));
    assertThat(answer.code()).as(answer.out() + answer.err()).isZero();
    assertThat(answer.out())
        .contains("✓ a_minute_is_published_once_it_is_final")
        .containsPattern("\\d+ passed in ");
  }

  @Test
  void aFailureShowsBothTablesAndThePlace() throws Exception {
    change("models/models.yml", "orders: 2, revenue: 6.50", "orders: 2, revenue: 7.50");
    change("models/models.yml", "product: cake, minute", "product: bread, minute");
    Answer answer = millrace("test", shop);
    assertThat(answer.code()).isEqualTo(Millrace.PROBLEMS);
    assertThat(answer.out())
        .contains("✗ orders_are_counted_by_product_and_minute")
        .contains("FAILED orders_per_minute.orders_are_counted_by_product_and_minute")
        .contains("is not as expected: 1 row differs, 1 row missing, 1 row not expected")
        .contains("--> " + shop + "/models/models.yml:17:7")
        .contains(
            """
                  product  minute                  orders      revenue
                ~ tea      2026-01-01 10:00:00+00       2  7.50 → 6.50
                  tea      2026-01-01 10:01:00+00       1         4.00
                - bread    2026-01-01 10:00:00+00       1         3.20   missing
                + cake     2026-01-01 10:00:00+00       1         3.20   not expected
            """)
        .contains("0 passed, 1 failed in ")
        .doesNotContain("\u001b");
  }

  @Test
  void faultsOfTestsAreProblemsOfTheProject() throws Exception {
    change("models/models.yml", "amount: 2.50", "amont: 2.50");
    for (String command : new String[] {"test", "check"}) {
      Answer answer = millrace(command, shop);
      assertThat(answer.code()).isEqualTo(Millrace.PROBLEMS);
      assertThat(answer.out())
          .contains("TEST_COLUMN_UNKNOWN", "models/models.yml:12:41", "did you mean `amount`?");
    }
  }

  @Test
  void resultsAreForProgramsToo() throws Exception {
    change("models/models.yml", "revenue: 6.50", "revenue: 7.50");
    Path file = folder.resolve("results/unit-tests.xml");
    Answer answer = millrace("test", shop, "--format", "json", "--junit", file);
    assertThat(answer.code()).isEqualTo(Millrace.PROBLEMS);
    JsonNode json = new ObjectMapper().readTree(answer.out());
    assertThat(json.path("failed").asInt()).isEqualTo(1);
    JsonNode failure = json.path("tests").path(0).path("failures").path(0);
    assertThat(failure.path("line").asInt()).isEqualTo(17);
    assertThat(failure.path("rows").path(0).path("kind").asText()).isEqualTo("changed");
    assertThat(failure.path("rows").path(0).path("actual").path("revenue").asText())
        .isEqualTo("6.50");
    Document xml = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    assertThat(xml.getDocumentElement().getAttribute("failures")).isEqualTo("1");
    Element test = (Element) xml.getElementsByTagName("testcase").item(0);
    assertThat(test.getAttribute("classname")).isEqualTo("orders_per_minute");
    assertThat(test.getElementsByTagName("failure").item(0).getTextContent())
        .contains("7.50 → 6.50");
  }

  @Test
  void failFastEndsAtTheFirst() throws Exception {
    change("models/models.yml", "revenue: 6.50", "revenue: 7.50");
    Files.writeString(
        shop.resolve("models/more.yml"),
        "unit_tests: [{name: more, model: orders_per_minute, expect: {rows: []}, config: {tags: quick}}]");
    assertThat(millrace("test", shop).out()).contains("1 passed, 1 failed in ");
    assertThat(millrace("test", shop, "--fail-fast").out())
        .contains("0 passed, 1 failed, 1 not run");
    Answer selected = millrace("test", shop, "--select", "tag:quick");
    assertThat(selected.code()).isZero();
    assertThat(selected.out()).contains("1 passed in ");
  }

  @Test
  void aSelectionOfNothingIsAWrongCommandLine() {
    Answer answer = millrace("test", shop, "--select", "nothing");
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.err()).contains("No unit test fits `--select nothing`");
  }

  @Test
  void aProjectWithoutTestsSaysSo() throws Exception {
    Files.writeString(shop.resolve("models/models.yml"), "models: []\n");
    Answer answer = millrace("test", shop);
    assertThat(answer.code()).isZero();
    assertThat(answer.out()).contains("The project has no unit tests");
  }
}
