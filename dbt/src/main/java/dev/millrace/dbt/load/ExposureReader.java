package dev.millrace.dbt.load;

import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the nodes of exposures. */
final class ExposureReader {
  private final ConfigBuilder configs;

  ExposureReader(ConfigBuilder configs) {
    this.configs = configs;
  }

  List<Draft> read(PropertyFiles properties) {
    List<Draft> drafts = new ArrayList<>();
    for (PropertyEntry entry : properties.of("exposures")) {
      List<String> fqn = ResourceReader.fqnPrefix(entry.project(), entry.found());
      fqn.add(entry.name());
      Draft draft =
          new Draft(
              NodeType.EXPOSURE,
              entry.project(),
              entry.name(),
              entry.found(),
              entry.file(),
              "",
              fqn);
      draft.where = entry.where();
      draft.described = Optional.of(entry.node());
      draft.description = entry.text("description").orElse("");
      draft.patchConfig = Values.copy(Values.map(entry.values(), "config"));
      draft.rawPatchConfig = draft.patchConfig;
      configs.apply(draft);
      Set<String> tags = new LinkedHashSet<>(Values.texts(entry.values().get("tags")));
      draft.tags.addAll(tags);
      Map<String, @Nullable Object> meta = new LinkedHashMap<>(Values.map(entry.values(), "meta"));
      meta.putAll(draft.meta);
      draft.meta = meta;
      for (String key : List.of("type", "url", "label", "owner", "maturity")) {
        draft.extra.put(key, entry.values().get(key));
      }
      references(draft, entry);
      drafts.add(draft);
    }
    return drafts;
  }

  private static void references(Draft draft, PropertyEntry entry) {
    draft.hasTemplate = false;
    StringBuilder code = new StringBuilder();
    if (entry.node().get("depends_on").orElse(entry.node()) instanceof YamlNode.Sequence list) {
      for (YamlNode item : list.items()) {
        if (item instanceof YamlNode.Scalar text) {
          Optional<ParsedRelation> relation = ParsedRelation.of(text.text(), text.where());
          relation.flatMap(ParsedRelation::ref).ifPresent(draft.refs::add);
          relation.flatMap(ParsedRelation::source).ifPresent(draft.sources::add);
          if (relation.isEmpty() && !text.text().contains("metric(")) {
            code.append("{{ ").append(text.text()).append(" }}\n");
          }
        }
      }
    }
    draft.code = code.toString();
    draft.hasTemplate = !code.isEmpty();
  }
}
