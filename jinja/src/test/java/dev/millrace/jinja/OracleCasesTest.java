package dev.millrace.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.jinja.value.Undefined;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every case of {@code cases/*.json} gives the output, or the error, that Python's Jinja2 gave. */
class OracleCasesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> casesOfPython() throws Exception {
    Path folder = Path.of(OracleCasesTest.class.getResource("/cases").toURI());
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        JsonNode content = read(file);
        for (JsonNode test : content.get("cases")) {
          String name = file.getFileName() + ": " + test.get("name").asText();
          tests.add(DynamicTest.dynamicTest(name, () -> check(test, content.get("context"))));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(300);
    return tests.stream();
  }

  private static JsonNode read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return JSON.readTree(in);
    }
  }

  private static void check(JsonNode test, JsonNode shared) {
    if (test.has("expected")) {
      assertThat(render(test, shared))
          .as(test.get("name").asText())
          .isEqualTo(test.get("expected").asText());
      return;
    }
    JsonNode error = test.get("error");
    TemplateException thrown =
        catchThrowableOfType(TemplateException.class, () -> render(test, shared));
    assertThat(thrown)
        .as("%s: expected the error %s", test.get("name").asText(), error)
        .isNotNull();
    if (error.has("message")) {
      assertThat(thrown.problem()).as(test.toString()).isEqualTo(error.get("message").asText());
    }
    assertThat(thrown.type()).as(test.toString()).isEqualTo(error.get("type").asText());
    if (error.has("line")) {
      assertThat(thrown.line()).as(test.toString()).isEqualTo(error.get("line").asInt());
    }
  }

  private static String render(JsonNode test, JsonNode shared) {
    Environment environment = environment(test);
    Template template = environment.compile("<template>", test.get("template").asText());
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    JsonNode given = test.has("context") ? test.get("context") : shared;
    given.fields().forEachRemaining(e -> context.put(e.getKey(), value(e.getValue())));
    return template.render(context).text();
  }

  private static Environment environment(JsonNode test) {
    Environment.Builder builder = Environment.builder();
    if (test.has("options")) {
      test.get("options").fields().forEachRemaining(e -> option(builder, e.getKey(), e.getValue()));
    }
    Map<String, String> templates = new HashMap<>();
    if (test.has("templates")) {
      test.get("templates")
          .fields()
          .forEachRemaining(e -> templates.put(e.getKey(), e.getValue().asText()));
    }
    return builder.loader(Loader.of(templates)).build();
  }

  private static void option(Environment.Builder builder, String name, JsonNode value) {
    switch (name) {
      case "trim_blocks" -> builder.trimBlocks(value.asBoolean());
      case "lstrip_blocks" -> builder.lstripBlocks(value.asBoolean());
      case "keep_trailing_newline" -> builder.keepTrailingNewline(value.asBoolean());
      case "autoescape" -> builder.autoescape(value.asBoolean());
      case "undefined" ->
          builder.undefined(
              Undefined.Behaviour.valueOf(value.asText().toUpperCase(java.util.Locale.ROOT)));
      case "line_statement_prefix" -> builder.lineStatementPrefix(value.asText());
      case "line_comment_prefix" -> builder.lineCommentPrefix(value.asText());
      default -> throw new IllegalArgumentException(name);
    }
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isNull()) {
      return null;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isBigInteger()) {
      return new BigInteger(node.asText());
    }
    if (node.isIntegralNumber()) {
      return node.longValue();
    }
    if (node.isNumber()) {
      return node.doubleValue();
    }
    if (node.isTextual()) {
      return node.asText();
    }
    if (node.isArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      node.forEach(item -> list.add(value(item)));
      return list;
    }
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    node.fields().forEachRemaining(e -> map.put(e.getKey(), value(e.getValue())));
    return map;
  }
}
