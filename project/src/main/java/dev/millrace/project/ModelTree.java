package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration of models by folder, as {@code models} in millrace.yml has it: below the
 * project's name a tree of folders and models; keys that begin with {@code +}, or that a model's
 * configuration has, are for everything below.
 */
final class ModelTree {
  private final Optional<YamlNode> root;
  private final String project;
  private final Problems problems;
  private final Set<YamlNode.Entry> used = new HashSet<>();

  ModelTree(Optional<YamlNode> root, String project, Problems problems) {
    this.root = root;
    this.project = project;
    this.problems = problems;
    root.filter(r -> !(r instanceof YamlNode.Mapping))
        .ifPresent(
            r ->
                problems.error(
                    ProjectError.BAD_VALUE,
                    r.where(),
                    "`models` is " + r.kind() + ", expected configuration by folder",
                    null));
  }

  /** What the tree says of a model, the nearest last. */
  List<YamlNode.Entry> config(TextFile file) {
    List<YamlNode.Entry> config = new ArrayList<>();
    if (root.isPresent() && root.get() instanceof YamlNode.Mapping mapping) {
      List<String> path = new ArrayList<>(List.of(file.path().split("/")));
      path.set(0, project);
      int last = path.size() - 1;
      path.set(last, path.get(last).replaceFirst("\\.sql$", ""));
      collect(mapping, path, 0, config);
    }
    return config;
  }

  private void collect(
      YamlNode.Mapping mapping, List<String> path, int depth, List<YamlNode.Entry> config) {
    for (YamlNode.Entry entry : mapping.entries()) {
      if (isConfig(entry)) {
        config.add(plain(entry));
      }
    }
    for (YamlNode.Entry entry : mapping.entries()) {
      if (!isConfig(entry) && depth < path.size() && entry.key().text().equals(path.get(depth))) {
        used.add(entry);
        if (entry.value() instanceof YamlNode.Mapping below) {
          collect(below, path, depth + 1, config);
        }
      }
    }
  }

  private static boolean isConfig(YamlNode.Entry entry) {
    return entry.key().text().startsWith("+")
        || (!(entry.value() instanceof YamlNode.Mapping)
            && ProjectFormat.MODEL_CONFIG.option(entry.key().text()).isPresent());
  }

  private static YamlNode.Entry plain(YamlNode.Entry entry) {
    String key = entry.key().text();
    YamlNode.Scalar name =
        new YamlNode.Scalar(
            key.startsWith("+") ? key.substring(1) : key,
            true,
            entry.key().where(),
            entry.key().places());
    return new YamlNode.Entry(name, entry.value());
  }

  /** Complains about folders that no model is in; to be called after every model was asked for. */
  void reportUnused(List<TextFile> models) {
    Set<String> known = new LinkedHashSet<>(List.of(project));
    for (TextFile model : models) {
      for (String part : model.path().split("/")) {
        known.add(part.replaceFirst("\\.sql$", ""));
      }
    }
    known.remove("models");
    ProjectFormat.MODEL_CONFIG.names().forEach(n -> known.add("+" + n));
    root.filter(r -> r instanceof YamlNode.Mapping)
        .ifPresent(r -> reportUnused((YamlNode.Mapping) r, known));
  }

  private void reportUnused(YamlNode.Mapping mapping, Set<String> known) {
    for (YamlNode.Entry entry : mapping.entries()) {
      if (isConfig(entry)) {
        continue;
      }
      if (!used.contains(entry)) {
        String hint = Suggestion.didYouMean(entry.key().text(), known);
        problems.error(
            ProjectError.UNKNOWN_KEY,
            entry.key().where(),
            "no models in `" + entry.key().text() + "`",
            hint != null
                ? hint
                : "below `models` come the project's name `"
                    + project
                    + "`, then folders; configuration begins with `+`");
      } else if (entry.value() instanceof YamlNode.Mapping below) {
        reportUnused(below, known);
      } else if (!entry.value().isNull()) {
        problems.error(
            ProjectError.BAD_VALUE,
            entry.value().where(),
            "`"
                + entry.key().text()
                + "` is "
                + entry.value().kind()
                + ", expected a block of keys",
            null);
      }
    }
  }
}
