package dev.millrace.dbt.context;

import dev.millrace.dbt.manifest.NodeConfig;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.TextFile;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A resource whose template is to be read.
 *
 * @param packageName that it is in
 * @param type of it
 * @param name of it
 * @param file that it is in
 * @param path of the file below the folder of its kind
 * @param code the template: the file's text, or a part of it
 * @param fqn package, folders, name
 * @param config what project and property files say; its hooks are read, too
 * @param testArguments what a generic test's code calls its macro with, {@code model} and {@code
 *     column_name} too, as written; empty for others
 */
public record ParseInput(
    String packageName,
    NodeType type,
    String name,
    TextFile file,
    String path,
    String code,
    List<String> fqn,
    NodeConfig config,
    Map<String, @Nullable Object> testArguments) {
  /** Copies list and map. */
  public ParseInput {
    fqn = List.copyOf(fqn);
    testArguments = Collections.unmodifiableMap(new LinkedHashMap<>(testArguments));
  }

  /** A resource that is no generic test. */
  public ParseInput(
      String packageName,
      NodeType type,
      String name,
      TextFile file,
      String path,
      String code,
      List<String> fqn,
      NodeConfig config) {
    this(packageName, type, name, file, path, code, fqn, config, Map.of());
  }

  /** dbt's {@code unique_id}; that of a generic test lacks its hash. */
  public String id() {
    return type.text() + "." + packageName + "." + name;
  }
}
