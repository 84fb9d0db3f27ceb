package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.context.NodeParser;
import dev.millrace.dbt.context.ParseInput;
import dev.millrace.dbt.context.ParsedNode;
import dev.millrace.dbt.manifest.DataTest;
import dev.millrace.dbt.manifest.NodeColumn;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.jinja.value.Printing;
import dev.millrace.project.yaml.YamlNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Renders the templates of drafts, and takes over what they say. */
final class TemplateReader {
  private final NodeParser parser;
  private final ConfigBuilder configs;
  private final DocsBlocks docs;
  private final Problems problems;

  TemplateReader(NodeParser parser, ConfigBuilder configs, DocsBlocks docs, Problems problems) {
    this.parser = parser;
    this.configs = configs;
    this.docs = docs;
    this.problems = problems;
  }

  /** Renders a draft's template, if it has one, and computes its configuration. */
  void read(Draft draft) {
    Map<String, @Nullable Object> soFar = configs.config(draft);
    boolean hooks =
        !Values.list(soFar.get("pre-hook")).isEmpty()
            || !Values.list(soFar.get("post-hook")).isEmpty();
    if (draft.hasTemplate || hooks) {
      ParsedNode parsed = parser.parse(input(draft, soFar), problems);
      for (ParsedNode.ConfigValue value : parsed.configCalls()) {
        Map<String, @Nullable Object> call = new LinkedHashMap<>();
        call.put(value.key(), value.value());
        draft.configCalls.add(call);
      }
      draft.refs.addAll(parsed.refs());
      draft.sources.addAll(parsed.sources());
      draft.macros.addAll(parsed.macros());
    }
    if (draft.type != NodeType.SOURCE
        && draft.type != NodeType.EXPOSURE
        && draft.type != NodeType.UNIT_TEST) {
      configs.apply(draft);
    }
  }

  private static ParseInput input(Draft draft, Map<String, @Nullable Object> config) {
    Optional<DataTest> test = draft.test;
    if (test.isEmpty()) {
      return draft.input(config);
    }
    String code = draft.code;
    draft.code = called(draft, test.get());
    try {
      return draft.input(config);
    } finally {
      draft.code = code;
    }
  }

  /** A test with its arguments written out, so that what they refer to is seen. */
  private static String called(Draft draft, DataTest test) {
    StringBuilder code = new StringBuilder("{{ ");
    test.packageName().ifPresent(p -> code.append(p).append('.'));
    String model = String.valueOf(draft.extra.get("test_metadata_model"));
    code.append("test_").append(test.name()).append("(model=");
    code.append(model, "{{ ".length(), model.length() - " }}".length());
    test.column().ifPresent(c -> code.append(", column_name=").append(Printing.repr(c)));
    test.arguments()
        .forEach((name, value) -> code.append(", ").append(name).append('=').append(source(value)));
    return code.append(") }}").toString();
  }

  /** A value as an expression; a text that dbt renders, as what it renders. */
  private static String source(@Nullable Object value) {
    if (value instanceof String text) {
      String stripped = text.strip();
      if (stripped.matches("(?s)(env_var|ref|var|source|doc)\\s*\\(.+\\)")) {
        return stripped;
      }
      if (stripped.matches("(?s)\\{\\{((?!\\}\\}).)*\\}\\}")) {
        return "(" + stripped.substring(2, stripped.length() - 2).strip() + ")";
      }
    }
    if (value instanceof List<?> list) {
      StringBuilder code = new StringBuilder("[");
      list.forEach(item -> code.append(source(item)).append(", "));
      return code.append(']').toString();
    }
    if (value instanceof Map<?, ?> map) {
      StringBuilder code = new StringBuilder("{");
      map.forEach(
          (key, item) ->
              code.append(Printing.repr(String.valueOf(key)))
                  .append(": ")
                  .append(source(item))
                  .append(", "));
      return code.append('}').toString();
    }
    return Printing.repr(value);
  }

  /** Renders the descriptions of a draft and of its columns. */
  void describe(Draft draft) {
    draft.description = text(draft, draft.description, places(draft, draft.described));
    for (Map.Entry<String, NodeColumn> entry : draft.columns.entrySet()) {
      NodeColumn column = entry.getValue();
      if (!column.description().contains("{")) {
        continue;
      }
      Optional<YamlNode.Mapping> node =
          draft.described.flatMap(n -> ColumnEntry.find(n, column.name()));
      String description = text(draft, column.description(), places(draft, node));
      if (!description.equals(column.description())) {
        entry.setValue(
            new NodeColumn(
                column.name(),
                description,
                column.dataType(),
                column.quote(),
                column.constraints(),
                column.tags(),
                column.meta()));
      }
    }
  }

  /** Places in the description of a block; without one, that of the draft. */
  private static YamlNode.Places places(Draft draft, Optional<YamlNode.Mapping> node) {
    return node.flatMap(n -> n.get("description")).orElse(null)
            instanceof YamlNode.Scalar description
        ? description.places()
        : (offset, length) -> draft.where;
  }

  private String text(Draft draft, String template, YamlNode.Places places) {
    if (!template.contains("{")) {
      return template;
    }
    String in = draft.project.name();
    return parser
        .text(
            in,
            template,
            places,
            (packageName, name) ->
                packageName.isPresent()
                    ? docs.find(packageName.get(), name)
                    : docs.findFrom(in, name),
            problems)
        .orElse("");
  }
}
