package dev.millrace.dbt.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Severity;
import dev.millrace.dbt.artifact.ManifestArtifact;
import dev.millrace.dbt.load.LoadedProject;
import dev.millrace.dbt.load.ShopProject;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every selection of the project {@code shop} is that of real dbt; {@code make_selections.py} has
 * asked it.
 */
class ShopSelectionsTest {
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  @TestFactory
  List<DynamicTest> areThoseOfDbt(@TempDir Path folder) throws IOException {
    LoadedProject now = ShopProject.load(ShopProject.folder());
    Path before = ShopProject.copy(folder.resolve("before"));
    change(before);
    Path state = folder.resolve("state");
    ManifestArtifact.write(ShopProject.load(before), Map.of(), state);
    Problems problems = new Problems();
    StateComparison comparison =
        StateComparison.read(ManifestArtifact.of(now, Map.of()), state, state, problems);
    assertEquals(List.of(), problems.all());
    JsonNode selections =
        new ObjectMapper()
            .readTree(
                ShopSelectionsTest.class.getResource("/dev/millrace/dbt/shop.selections.json"));
    assertTrue(selections.size() > 130, "there are fewer selections than there were");
    List<DynamicTest> tests = new ArrayList<>();
    selections
        .properties()
        .forEach(
            line ->
                tests.add(
                    DynamicTest.dynamicTest(
                        line.getKey(),
                        () ->
                            assertEquals(
                                names(line.getValue()), select(now, comparison, line.getKey())))));
    return tests;
  }

  private static Set<String> names(JsonNode list) {
    Set<String> names = new TreeSet<>();
    list.forEach(name -> names.add(name.asText()));
    return names;
  }

  private static Set<String> select(LoadedProject project, StateComparison state, String line) {
    List<String> select = new ArrayList<>();
    List<String> exclude = new ArrayList<>();
    Set<NodeType> types = EnumSet.noneOf(NodeType.class);
    Set<NodeType> not = EnumSet.of(NodeType.OPERATION);
    SelectionRequest request =
        SelectionRequest.everything().withState(state).withEmptyNodes().withTexts(project::text);
    String option = "";
    Matcher matcher = WORD.matcher(line);
    while (matcher.find()) {
      String word = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
      if (word.startsWith("--")) {
        option = word;
        continue;
      }
      switch (option) {
        case "--select" -> select.add(word);
        case "--exclude" -> exclude.add(word);
        case "--selector" -> request = request.withSelector(word);
        case "--resource-type" -> types.addAll(types(word));
        case "--exclude-resource-type" -> not.addAll(types(word));
        case "--indirect-selection" ->
            request = request.withIndirect(IndirectSelection.of(word).orElseThrow());
        default -> throw new AssertionError("unknown option in " + line);
      }
    }
    if (types.isEmpty()) {
      types.addAll(EnumSet.allOf(NodeType.class));
      types.remove(NodeType.ANALYSIS);
    }
    types.removeAll(not);
    Problems problems = new Problems();
    Set<String> names = new TreeSet<>();
    for (String id :
        Selection.of(
            project.manifest(), request.with(select, exclude).withTypes(types), problems)) {
      Node node = project.manifest().node(id).orElseThrow();
      names.add(Selection.name(node));
    }
    for (Problem problem : problems.all()) {
      assertEquals(Severity.WARNING, problem.severity(), problem.toString());
    }
    return names;
  }

  private static Set<NodeType> types(String word) {
    return word.equals("all")
        ? EnumSet.allOf(NodeType.class)
        : EnumSet.of(NodeType.valueOf(word.toUpperCase(Locale.ROOT)));
  }

  /** What {@code change()} of make_selections.py does. */
  private static void change(Path project) throws IOException {
    Files.writeString(project.resolve("models/marts/customers.sql"), "select 1 as id\n");
    Files.delete(project.resolve("models/versions/prices_next.sql"));
    Path prices = project.resolve("models/versions/prices.yml");
    Files.writeString(prices, Files.readString(prices).split(" {6}- v: 3", 2)[0] + "\n");
    replace(
        project.resolve("dbt_project.yml"),
        "+materialized: view\n      +tags: [staging]",
        "+tags: [staging]");
    replace(project.resolve("packages/tools/macros/tests.sql"), "select 1 where", "select 2 where");
    Files.writeString(project.resolve("seeds/countries.csv"), "code,name\nfr,France\n");
    replace(project.resolve("models/staging/sources.yml"), "count: 12", "count: 13");
    replace(project.resolve("models/marts/marts.yml"), "maturity: high", "maturity: low");
  }

  private static void replace(Path file, String old, String with) throws IOException {
    String text = Files.readString(file);
    assertTrue(text.contains(old), file + " has no " + old);
    Files.writeString(file, text.replace(old, with));
  }
}
