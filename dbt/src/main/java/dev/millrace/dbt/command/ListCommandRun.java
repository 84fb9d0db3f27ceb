package dev.millrace.dbt.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.dbt.select.Selection;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Lists what is selected: {@code ls}. */
final class ListCommandRun {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DbtCommand command;

  ListCommandRun(DbtCommand command) {
    this.command = command;
  }

  boolean run() {
    Set<String> kinds =
        Arrays.stream(NodeType.values())
            .filter(t -> t != NodeType.OPERATION)
            .filter(
                t ->
                    t != NodeType.ANALYSIS
                        || command.request().selection().types().contains("analysis"))
            .map(NodeType::text)
            .collect(Collectors.toSet());
    Manifest manifest = command.project().manifest();
    for (String id : new TreeSet<>(command.selected(kinds))) {
      manifest.node(id).ifPresent(node -> command.out().println(line(node)));
    }
    command.out().flush();
    return true;
  }

  private String line(Node node) {
    return switch (command.request().output()) {
      case "name" -> node.name();
      case "path" -> node.file().path();
      case "json" -> json(node);
      default -> Selection.name(node);
    };
  }

  private static String json(Node node) {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", node.name());
    json.put("resource_type", node.type().text());
    json.put("package_name", node.packageName());
    json.put("original_file_path", node.file().path());
    json.put("unique_id", node.id());
    node.relation().ifPresent(r -> json.put("alias", r.identifier()));
    json.set("tags", JSON.valueToTree(node.tags()));
    json.set("config", JSON.valueToTree(node.config().values()));
    json.set(
        "depends_on", JSON.valueToTree(Map.of("nodes", node.dependsOn(), "macros", node.macros())));
    return json.toString();
  }
}
