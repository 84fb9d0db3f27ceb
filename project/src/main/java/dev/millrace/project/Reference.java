package dev.millrace.project;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.option.Option;
import dev.millrace.project.option.Block;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The reference of a project's files, made from the same declarations that the files are checked
 * with: the manual's tables, and schemas for editors.
 */
public final class Reference {
  private final List<Connector> connectors;

  /**
   * A reference.
   *
   * @param connectors whose options it lists
   */
  public Reference(Collection<? extends Connector> connectors) {
    this.connectors =
        connectors.stream()
            .map(c -> (Connector) c)
            .sorted(Comparator.comparing(Connector::name))
            .toList();
  }

  /** Markdown: a table for each block of keys. */
  public String markdown() {
    StringBuilder out = new StringBuilder("# Reference of a project's files\n\n");
    out.append("Generated from the declarations that projects are checked with.\n");
    heading("millrace.yml", ProjectFormat.PROJECT.text(), out);
    table(ProjectFormat.PROJECT.options(), out);
    section("System", ProjectFormat.SYSTEM, out);
    for (Connector connector : connectors) {
      String title = "System of type `" + connector.name() + "`";
      options(title, connector.summary(), connector.systemOptions(), out);
    }
    heading("sources/*.yml", "A list under `sources`.", out);
    section("Source", ProjectFormat.SOURCE, out);
    for (Connector connector : connectors) {
      if (connector instanceof SourceConnector source) {
        String of = " of connector `" + connector.name() + "`";
        options("Source" + of, connector.summary(), source.sourceOptions(), out);
        options("Stream" + of, connector.summary(), source.streamOptions(), out);
      }
    }
    heading("models/**/*.yml", "A list under `models`, and one under `unit_tests`.", out);
    section("Model", ProjectFormat.MODEL, out);
    section("Configuration of a model", ProjectFormat.MODEL_CONFIG, out);
    section("Unit test", UnitTestFormat.TEST, out);
    heading("sinks/*.yml", "A list under `sinks`.", out);
    section("Sink", ProjectFormat.SINK, out);
    for (Connector connector : connectors) {
      if (connector instanceof SinkConnector sink) {
        String text = connector.summary() + " Guarantee: " + sink.guarantee();
        options("Sink to `" + connector.name() + "`", text, sink.sinkOptions(), out);
      }
    }
    heading("jobs.yml", JobFormat.JOBS.text() + " By name under `jobs`.", out);
    section("Job", JobFormat.JOB, out);
    heading("dashboards/*.yml", ProjectFormat.DASHBOARD.text(), out);
    section("Dashboard", ProjectFormat.DASHBOARD, out);
    return out.toString();
  }

  private static void heading(String title, String text, StringBuilder out) {
    out.append("\n## ").append(title).append("\n\n").append(text).append("\n");
  }

  private static void section(String title, Block block, StringBuilder out) {
    out.append("\n### ").append(title).append("\n\n").append(block.text()).append("\n");
    table(block.options(), out);
    for (Option option : block.options()) {
      Block.Nested nested = block.nested().get(option.name());
      if (nested != null) {
        String many =
            switch (nested.shape()) {
              case ONE -> "";
              case LIST -> ", each of the list";
              case NAMED -> ", each under a name";
            };
        section(title + ": `" + option.name() + "`" + many, nested.block(), out);
      }
    }
  }

  private static void options(String title, String text, List<Option> options, StringBuilder out) {
    if (!options.isEmpty()) {
      section(title, Block.of(title, text, options.toArray(Option[]::new)), out);
    }
  }

  private static void table(List<Option> options, StringBuilder out) {
    out.append("\n| key | type | default | meaning | example |\n|---|---|---|---|---|\n");
    for (Option option : options) {
      String type =
          option.choices().isEmpty()
              ? option.type().name().toLowerCase(Locale.ROOT)
              : option.choices().stream().collect(Collectors.joining("`, `", "`", "`"));
      String byDefault =
          option.required()
              ? "**required**"
              : option.defaultText() == null ? "" : "`" + option.defaultText() + "`";
      String example = option.example().isEmpty() ? "" : "`" + option.example() + "`";
      out.append("| `").append(option.name()).append("` | ").append(type);
      out.append(" | ").append(byDefault);
      out.append(" | ").append(cell(option.text()));
      out.append(" | ").append(cell(example)).append(" |\n");
    }
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }

  /**
   * JSON schemas (draft 2020-12) by file name: {@code project.schema.json} for millrace.yml, {@code
   * properties.schema.json} for the files in {@code sources/}, {@code models/} and {@code sinks/},
   * {@code jobs.schema.json} for jobs.yml, {@code dashboard.schema.json} for those in {@code
   * dashboards/}. Keys of connectors are allowed wherever one of them may stand; which connector
   * has which, only Millrace checks.
   */
  public Map<String, String> schemas() {
    List<Option> system = new ArrayList<>();
    List<Option> source = new ArrayList<>();
    List<Option> stream = new ArrayList<>();
    List<Option> sink = new ArrayList<>();
    for (Connector connector : connectors) {
      system.addAll(optional(connector.systemOptions()));
      if (connector instanceof SourceConnector c) {
        source.addAll(optional(c.sourceOptions()));
        stream.addAll(optional(c.streamOptions()));
      }
      if (connector instanceof SinkConnector c) {
        sink.addAll(optional(c.sinkOptions()));
      }
    }
    Map<String, Object> systems =
        Map.of(
            "anyOf",
            List.of(Map.of("const", "embedded"), block(ProjectFormat.SYSTEM.plus(system))));
    Map<String, Object> project = block(ProjectFormat.PROJECT);
    properties(project).put("targets", byName(byName(systems)));
    Map<String, Object> properties = block(ProjectFormat.PROPERTIES);
    properties(properties).put("sources", list(block(ProjectFormat.source(source, stream))));
    properties(properties).put("sinks", list(block(ProjectFormat.SINK.plus(sink))));
    Map<String, String> schemas = new LinkedHashMap<>();
    schemas.put("project.schema.json", document(project));
    schemas.put("properties.schema.json", document(properties));
    schemas.put("jobs.schema.json", document(block(JobFormat.JOBS)));
    schemas.put("dashboard.schema.json", document(block(ProjectFormat.DASHBOARD)));
    return schemas;
  }

  private static List<Option> optional(List<Option> options) {
    return options.stream()
        .map(
            o ->
                new Option(
                    o.name(), o.type(), false, o.defaultText(), o.choices(), o.text(), o.example()))
        .toList();
  }

  private static String document(Map<String, Object> schema) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    document.putAll(schema);
    return Json.write(document);
  }

  private static Map<String, Object> block(Block block) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (Option option : block.options()) {
      Block.Nested nested = block.nested().get(option.name());
      properties.put(option.name(), nested == null ? value(option) : nested(nested));
      if (option.required()) {
        required.add(option.name());
      }
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("description", block.text());
    schema.put("properties", properties);
    schema.put("required", required);
    schema.put("additionalProperties", false);
    return schema;
  }

  private static Object nested(Block.Nested nested) {
    return switch (nested.shape()) {
      case ONE -> block(nested.block());
      case LIST -> list(block(nested.block()));
      case NAMED -> byName(block(nested.block()));
    };
  }

  private static Map<String, Object> list(Map<String, Object> items) {
    return Map.of("type", "array", "items", items);
  }

  private static Map<String, Object> byName(Map<String, Object> values) {
    return Map.of("type", "object", "additionalProperties", values);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> properties(Map<String, Object> schema) {
    return (Map<String, Object>) schema.getOrDefault("properties", Map.of());
  }

  /** Every value may also be a template, and thus a text. */
  private static Map<String, Object> value(Option option) {
    Map<String, Object> schema = new LinkedHashMap<>();
    switch (option.type()) {
      case TEXT, SECRET, DURATION -> schema.put("type", List.of("string", "number", "boolean"));
      case SIZE, INTEGER, NUMBER -> schema.put("type", List.of("number", "string"));
      case BOOLEAN -> schema.put("type", List.of("boolean", "string"));
      case TEXTS -> schema.put("type", List.of("array", "string"));
      case STRUCTURE -> schema.put("type", List.of("object", "array"));
    }
    if (!option.choices().isEmpty()) {
      schema.put(
          "anyOf",
          List.of(Map.of("enum", option.choices()), Map.of("type", "string", "pattern", "\\{\\{")));
    }
    schema.put("description", option.text());
    if (option.defaultText() != null) {
      schema.put("default", option.defaultText());
    }
    return schema;
  }
}
