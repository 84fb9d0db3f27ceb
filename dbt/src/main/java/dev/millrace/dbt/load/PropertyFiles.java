package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.project.PackageFiles;
import dev.millrace.project.ProjectError;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import dev.millrace.project.yaml.YamlReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The property files of all packages, by the kind of the resources that they describe. */
final class PropertyFiles {
  private static final Set<String> KINDS =
      Set.of(
          "models",
          "seeds",
          "snapshots",
          "sources",
          "macros",
          "data_tests",
          "analyses",
          "exposures",
          "unit_tests",
          "groups",
          "metrics",
          "semantic_models",
          "saved_queries",
          "functions");
  private static final Set<String> OTHERS =
      Set.of("version", "anchors", "sinks", "description", "tests", "name");
  private static final Set<String> UNRENDERED =
      Set.of(
          "tests",
          "data_tests",
          "description",
          "pre_hook",
          "post_hook",
          "pre-hook",
          "post-hook",
          "loaded_at_query",
          "filter");

  private final Map<String, List<PropertyEntry>> entries = new LinkedHashMap<>();
  private final Problems problems;

  PropertyFiles(Problems problems) {
    this.problems = problems;
  }

  /** Reads the files of a package. */
  void read(PackageProject project, YamlTexts texts) {
    for (PackageFiles.Found found :
        project.files().find(project.propertyPaths(), ".yml", ".yaml")) {
      Optional<TextFile> file = project.files().read(found.path());
      Optional<YamlNode> node = file.flatMap(f -> YamlReader.readAsPython(f, problems));
      if (file.isPresent() && node.isPresent()) {
        if (node.get() instanceof YamlNode.Mapping block) {
          read(project, found, file.get(), block, texts);
        } else {
          problems.error(
              ProjectError.BAD_VALUE,
              SourceLocation.ofFile(file.get().path()),
              "the file is " + node.get().kind() + ", expected keys such as `models:`",
              null);
        }
      }
    }
  }

  private void read(
      PackageProject project,
      PackageFiles.Found found,
      TextFile file,
      YamlNode.Mapping block,
      YamlTexts texts) {
    boolean plain = !file.text().contains("{{") && !file.text().contains("{%");
    for (YamlNode.Entry key : block.entries()) {
      String kind = key.key().text();
      if (!KINDS.contains(kind)) {
        // Keys with x- hold anchors, as in other tools' files.
        if (!OTHERS.contains(kind) && !kind.startsWith("x-")) {
          problems.warning(
              ProjectError.UNKNOWN_KEY,
              key.key().where(),
              "`" + kind + "` is no key of a property file",
              Suggestion.didYouMean(kind, KINDS));
        }
      } else if (key.value() instanceof YamlNode.Sequence list) {
        for (YamlNode item : list.items()) {
          entry(project, found, file, kind, item, plain, texts);
        }
      } else if (!key.value().isNull()) {
        problems.error(
            ProjectError.BAD_VALUE,
            key.value().where(),
            "`" + kind + "` is " + key.value().kind() + ", expected a list",
            null);
      }
    }
  }

  private void entry(
      PackageProject project,
      PackageFiles.Found found,
      TextFile file,
      String kind,
      YamlNode item,
      boolean plain,
      YamlTexts texts) {
    if (!(item instanceof YamlNode.Mapping node)) {
      problems.error(
          ProjectError.BAD_VALUE,
          item.where(),
          "one of `" + kind + "` is " + item.kind() + ", expected a block that begins with `name:`",
          null);
      return;
    }
    Map<String, @Nullable Object> values =
        new YamlValues(texts, path -> path.stream().noneMatch(UNRENDERED::contains)).of(node);
    Map<String, @Nullable Object> raw = plain ? values : YamlValues.plain(node);
    PropertyEntry entry = new PropertyEntry(kind, project, found, file, node, values, raw);
    if (entry.name().isEmpty()) {
      problems.error(
          ProjectError.MISSING_KEY, node.where(), "one of `" + kind + "` has no `name`", null);
      return;
    }
    entries.computeIfAbsent(kind, k -> new ArrayList<>()).add(entry);
  }

  /** Everything of one kind, in the order of packages and files. */
  List<PropertyEntry> of(String kind) {
    return entries.getOrDefault(kind, List.of());
  }
}
