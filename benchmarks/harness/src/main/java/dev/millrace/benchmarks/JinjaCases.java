package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The templates that are rendered: those of the tests of module {@code jinja} which give a text and
 * use no rare settings, and larger ones like dbt's macros, {@code benchmarks/jinja/*.jinja}, each
 * with its variables in a file {@code .json} beside it.
 */
final class JinjaCases {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> OPTIONS = Set.of("trim_blocks", "lstrip_blocks", "autoescape");

  private JinjaCases() {}

  /** All of them; each has its group, name, template and variables. */
  static ArrayNode read(Workplace place) throws IOException {
    ArrayNode cases = JSON.createArrayNode();
    for (Path file : files(place.root().resolve("jinja/src/test/resources/cases"), ".json")) {
      JsonNode content = JSON.readTree(file.toFile());
      for (JsonNode one : content.get("cases")) {
        if (isPlain(one)) {
          ObjectNode copy = one.deepCopy();
          copy.putIfAbsent("context", content.get("context"));
          cases.add(copy.put("group", stem(file)));
        }
      }
    }
    for (Path file : files(place.benchmarks().resolve("jinja"), ".jinja")) {
      ObjectNode one = cases.addObject().put("group", "like dbt's macros").put("name", stem(file));
      one.put("template", Files.readString(file));
      one.set("context", JSON.readTree(file.resolveSibling(stem(file) + ".json").toFile()));
    }
    return cases;
  }

  private static String stem(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static boolean isPlain(JsonNode one) {
    boolean known = true;
    for (var names = one.path("options").fieldNames(); names.hasNext(); ) {
      known &= OPTIONS.contains(names.next());
    }
    return known && one.has("expected");
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(ending)).sorted().toList();
    }
  }
}
