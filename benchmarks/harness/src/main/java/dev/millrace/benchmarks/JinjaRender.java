package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.jinja.Environment;
import dev.millrace.jinja.Loader;
import dev.millrace.jinja.Template;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Renders templates with Millrace's Jinja, compiled once and warm. Arguments: a file of cases, and
 * how many milliseconds each is rendered. Prints a mark {@code case <number> <nanoseconds>} for
 * each: processor time of one rendering.
 */
final class JinjaRender {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int WARM_ROUNDS = 300;

  private JinjaRender() {}

  /** Renders them. */
  public static void main(String[] args) throws Exception {
    JsonNode cases = new ObjectMapper().readTree(new File(args[0]));
    long nanos = Long.parseLong(args[1]) * 1_000_000;
    List<Template> templates = new ArrayList<>();
    List<Map<String, @Nullable Object>> contexts = new ArrayList<>();
    for (JsonNode one : cases) {
      Map<String, @Nullable Object> context = new LinkedHashMap<>();
      one.get("context").properties().forEach(e -> context.put(e.getKey(), value(e.getValue())));
      templates.add(environment(one).compile("<template>", one.get("template").asText()));
      contexts.add(context);
    }
    // What templates share is warm before any of them is measured, in both systems.
    for (int round = 0; round < WARM_ROUNDS; round++) {
      for (int i = 0; i < templates.size(); i++) {
        templates.get(i).render(contexts.get(i));
      }
    }
    for (int i = 0; i < templates.size(); i++) {
      String text = templates.get(i).render(contexts.get(i)).text();
      if (!text.equals(cases.get(i).get("expected").asText())) {
        throw new IllegalStateException("another text than Python's: " + cases.get(i));
      }
      measure(templates.get(i), contexts.get(i), nanos);
      System.out.println("@case-" + i + " " + measure(templates.get(i), contexts.get(i), nanos));
    }
  }

  private static double measure(
      Template template, Map<String, @Nullable Object> context, long nanos) {
    long begun = THREADS.getCurrentThreadCpuTime();
    long renderings = 0;
    long used;
    int length = 0;
    do {
      for (int i = 0; i < 10; i++) {
        length += template.render(context).text().length();
      }
      renderings += 10;
      used = THREADS.getCurrentThreadCpuTime() - begun;
    } while (used < nanos);
    if (length < 0) {
      throw new IllegalStateException("more text than an int counts");
    }
    return (double) used / renderings;
  }

  private static Environment environment(JsonNode one) {
    Environment.Builder builder = Environment.builder();
    JsonNode options = one.path("options");
    builder.trimBlocks(options.path("trim_blocks").asBoolean());
    builder.lstripBlocks(options.path("lstrip_blocks").asBoolean());
    builder.autoescape(options.path("autoescape").asBoolean());
    Map<String, String> templates = new HashMap<>();
    one.path("templates")
        .properties()
        .forEach(e -> templates.put(e.getKey(), e.getValue().asText()));
    return builder.loader(Loader.of(templates)).build();
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
    node.properties().forEach(e -> map.put(e.getKey(), value(e.getValue())));
    return map;
  }
}
