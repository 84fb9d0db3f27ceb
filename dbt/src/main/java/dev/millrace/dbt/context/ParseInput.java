package dev.millrace.dbt.context;

import dev.millrace.dbt.manifest.NodeConfig;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.TextFile;
import java.util.List;

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
 */
public record ParseInput(
    String packageName,
    NodeType type,
    String name,
    TextFile file,
    String path,
    String code,
    List<String> fqn,
    NodeConfig config) {
  /** Copies the list. */
  public ParseInput {
    fqn = List.copyOf(fqn);
  }

  /** dbt's {@code unique_id}; that of a generic test lacks its hash. */
  public String id() {
    return type.text() + "." + packageName + "." + name;
  }
}
