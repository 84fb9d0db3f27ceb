package dev.millrace.dbt.artifact;

import dev.millrace.dbt.load.LoadedProject;
import dev.millrace.dbt.macro.MacroDef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Macros as manifest.json has them, with the macros that their text calls. */
final class MacroJson {
  private static final Pattern CALL =
      Pattern.compile("adapter\\.dispatch\\(\\s*['\"](\\w+)['\"]|(?:(\\w+)\\.)?(\\w+)\\s*\\(");

  private MacroJson() {}

  static Map<String, @Nullable Object> of(LoadedProject project) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    ManifestArtifact.macros(project).forEach((id, macro) -> all.put(id, of(project, macro)));
    return all;
  }

  private static Map<String, @Nullable Object> of(LoadedProject project, MacroDef macro) {
    Map<String, @Nullable Object> said =
        project.macroProperties().getOrDefault(macro.id(), Map.of());
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", macro.name());
    json.put("resource_type", "macro");
    json.put("package_name", macro.id().split("\\.", 3)[1]);
    String prefix = prefix(project, macro);
    String path = macro.file().path();
    String original = path.startsWith(prefix) ? path.substring(prefix.length()) : path;
    json.put("path", original);
    json.put("original_file_path", original);
    json.put("unique_id", macro.id());
    json.put("macro_sql", macro.code());
    json.put("depends_on", Map.of("macros", called(project, macro)));
    Object description = said.get("description");
    json.put("description", description == null ? "" : description);
    json.put("meta", said.getOrDefault("meta", Map.of()));
    json.put("docs", said.getOrDefault("docs", Map.of("show", true)));
    json.put("patch_path", said.get("patch_path"));
    json.put("arguments", arguments(macro, said));
    json.put("created_at", project.setting().startedAt().toEpochMilli() / 1000.0);
    json.put(
        "supported_languages", macro.name().startsWith("materialization_") ? List.of("sql") : null);
    return json;
  }

  private static String prefix(LoadedProject project, MacroDef macro) {
    Path folder = project.packageFolders().get(macro.packageName());
    if (folder == null) {
      return "";
    }
    String relative = project.manifest().folder().relativize(folder).toString().replace('\\', '/');
    return relative.isEmpty() ? "" : relative + "/";
  }

  private static List<Map<String, @Nullable Object>> arguments(
      MacroDef macro, Map<String, @Nullable Object> said) {
    if (said.get("arguments") instanceof List<?> list && !list.isEmpty()) {
      List<Map<String, @Nullable Object>> arguments = new ArrayList<>();
      for (Object item : list) {
        if (item instanceof Map<?, ?> map) {
          Map<String, @Nullable Object> argument = new LinkedHashMap<>();
          argument.put("name", map.get("name"));
          argument.put("type", map.get("type"));
          Object text = map.get("description");
          argument.put("description", text == null ? "" : text);
          arguments.add(argument);
        }
      }
      return arguments;
    }
    List<Map<String, @Nullable Object>> arguments = new ArrayList<>();
    for (String name : macro.arguments()) {
      Map<String, @Nullable Object> argument = new LinkedHashMap<>();
      argument.put("name", name);
      argument.put("type", null);
      argument.put("description", "");
      arguments.add(argument);
    }
    return arguments;
  }

  /** The macros whose names are called in the text, as far as they are known. */
  private static List<String> called(LoadedProject project, MacroDef macro) {
    Set<String> ids = new LinkedHashSet<>();
    Matcher matcher = CALL.matcher(macro.code());
    while (matcher.find()) {
      String dispatched = matcher.group(1);
      List<Optional<MacroDef>> found = new ArrayList<>();
      if (dispatched != null) {
        for (String prefix : List.of("duckdb__", "default__")) {
          found.add(project.macros().find(macro.packageName(), prefix + dispatched));
        }
      } else if (matcher.group(2) != null) {
        found.add(project.macros().inPackage(matcher.group(2), matcher.group(3)));
      } else {
        found.add(project.macros().find(macro.packageName(), matcher.group(3)));
      }
      found.forEach(
          f -> f.map(MacroDef::id).filter(id -> !id.equals(macro.id())).ifPresent(ids::add));
    }
    return List.copyOf(ids);
  }
}
