package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.context.ParseSetting;
import dev.millrace.dbt.macro.MacroLibrary;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.project.yaml.YamlNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A project that was read, with what is needed to run it. Immutable.
 *
 * @param manifest nodes and who reads whom
 * @param macros of the project, its packages and dbt
 * @param docs blocks of documentation
 * @param setting with which templates were rendered
 * @param project the keys of dbt_project.yml, rendered: {@code flags}, {@code query-comment},
 *     {@code target-path} and so on
 * @param packageFolders absolute, by package, the root project's first
 * @param groups by name: {@code owner}, {@code description}, {@code package_name}, {@code
 *     original_file_path}
 * @param macroProperties what property files say of macros, by the macro's id
 */
public record LoadedProject(
    Manifest manifest,
    MacroLibrary macros,
    DocsBlocks docs,
    ParseSetting setting,
    Map<String, @Nullable Object> project,
    Map<String, Path> packageFolders,
    Map<String, Map<String, @Nullable Object>> groups,
    Map<String, Map<String, @Nullable Object>> macroProperties) {
  /** Copies the maps. */
  public LoadedProject {
    project = Collections.unmodifiableMap(new LinkedHashMap<>(project));
    packageFolders = Collections.unmodifiableMap(new LinkedHashMap<>(packageFolders));
    groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    macroProperties = Collections.unmodifiableMap(new LinkedHashMap<>(macroProperties));
  }

  /** A value of {@code flags} in dbt_project.yml; empty if it is not there or None. */
  public Optional<Object> flag(String name) {
    return Optional.ofNullable(Values.map(project, "flags").get(name));
  }

  /** Where artifacts go: {@code target-path}, {@code target} if it is not said. */
  public Path targetFolder() {
    return manifest.folder().resolve(Values.text(project, "target-path").orElse("target"));
  }

  /** Folders that {@code clean} removes, as dbt_project.yml has them. */
  public List<String> cleanTargets() {
    Object targets = project.get("clean-targets");
    return targets == null ? List.of("target") : Values.texts(targets);
  }

  /**
   * Renders a text of one of the root project's YAML files, as those of dbt_project.yml are.
   *
   * @param where the template's place
   * @param problems gets what fails; then there is no text
   */
  public Optional<String> text(String template, YamlNode.Places where, Problems problems) {
    Map<String, @Nullable Object> names = new LinkedHashMap<>();
    names.put("target", TargetValues.of(manifest.target()));
    names.put("project_name", manifest.projectName());
    Map<String, @Nullable Object> vars =
        setting.vars().getOrDefault(manifest.projectName(), Map.of());
    return new YamlTexts(setting.environment(), vars, names, problems).text(template, where);
  }
}
