package dev.millrace.dbt.load;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.PackageFiles;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a property file says of one resource.
 *
 * @param kind the key of the list that it is in, such as {@code models}
 * @param project whose file it is
 * @param found where the file is
 * @param file that it is in
 * @param node the resource's block
 * @param values rendered where dbt renders them; descriptions and tests are as written
 * @param raw as written
 */
record PropertyEntry(
    String kind,
    PackageProject project,
    PackageFiles.Found found,
    TextFile file,
    YamlNode.Mapping node,
    Map<String, @Nullable Object> values,
    Map<String, @Nullable Object> raw) {

  String name() {
    return Values.text(values, "name").orElse("");
  }

  /** The place of its name. */
  SourceLocation where() {
    return node.get("name").map(YamlNode::where).orElse(node.where());
  }

  /** The place of a key's value; that of the block if it is not there. */
  SourceLocation where(String key) {
    return node.get(key).map(YamlNode::where).orElse(node.where());
  }

  /** Its configuration, with the keys that may also stand outside of {@code config}. */
  Map<String, @Nullable Object> config(Map<String, @Nullable Object> from, List<String> outside) {
    Map<String, @Nullable Object> config = Values.copy(Values.map(from, "config"));
    for (String key : outside) {
      if (from.get(key) != null) {
        config.putIfAbsent(key, from.get(key));
      }
    }
    return config;
  }

  Optional<String> text(String key) {
    return Values.text(values, key);
  }

  /** A file's address as {@code patch_path} has it. */
  String patchPath() {
    return project.name() + "://" + found.original();
  }
}
