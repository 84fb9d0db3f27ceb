package dev.millrace.project;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.error.Problems;
import dev.millrace.api.table.TableStoreConnector;
import dev.millrace.project.yaml.YamlNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks models whose tables are to be in the lake: there has to be one, and it has to know how;
 * and those that are to be exported.
 */
final class LakeModels {
  private final Target target;
  private final Set<String> types;
  private final Problems problems;

  LakeModels(Target target, Collection<? extends Connector> connectors, Problems problems) {
    this.target = target;
    this.types =
        connectors.stream()
            .filter(TableStoreConnector.class::isInstance)
            .map(Connector::name)
            .collect(Collectors.toSet());
    this.problems = problems;
  }

  void check(ModelSet models, BatchAssets batch) {
    for (ModelSet.Draft draft : models.all()) {
      if (batch.contains(draft.name())) {
        check(draft);
      }
    }
  }

  private void check(ModelSet.Draft draft) {
    Map<String, YamlNode.Entry> entries = new HashMap<>();
    Map<String, Object> config = new HashMap<>();
    draft.config().block().text("materialized").ifPresent(m -> config.put("materialized", m));
    for (YamlNode.Entry entry : draft.config().forBatch()) {
      Object value = entry.value().plain();
      if (value != null) {
        entries.put(entry.key().text(), entry);
        config.put(entry.key().text(), value);
      }
    }
    ExportModel.of(config, draft.name(), (name, fault) -> fault(entries, name, fault));
    Optional<String> key = LakeModel.key(config);
    if (key.isEmpty()) {
      return;
    }
    LakeModel lake =
        LakeModel.of(config, draft.name(), (name, fault) -> fault(entries, name, fault))
            .orElseThrow();
    List<String> lakes =
        target.systems().stream()
            .filter(s -> types.contains(s.type()))
            .map(SystemSpec::name)
            .toList();
    if (lakes.isEmpty()) {
      problems.error(
          ProjectError.UNKNOWN_SYSTEM,
          place(entries, key.get()),
          "model `"
              + draft.name()
              + "` is to be in the lake, and target `"
              + target.name()
              + "` has none",
          "add `lake: embedded` to the target in millrace.yml, or remove `" + key.get() + "`");
    } else if (lake.system().isPresent() && !lakes.contains(lake.system().get())) {
      problems.error(
          ProjectError.UNKNOWN_SYSTEM,
          place(entries, "catalog_name"),
          "target `" + target.name() + "` has no lake `" + lake.system().get() + "`",
          "it has `" + String.join("`, `", lakes) + "`");
    }
  }

  private void fault(Map<String, YamlNode.Entry> entries, String key, String fault) {
    problems.error(ProjectError.BAD_VALUE, place(entries, key), "`" + key + "`: " + fault, null);
  }

  private static dev.millrace.api.error.SourceLocation place(
      Map<String, YamlNode.Entry> entries, String key) {
    return Optional.ofNullable(entries.get(key)).orElseThrow().value().where();
  }
}
