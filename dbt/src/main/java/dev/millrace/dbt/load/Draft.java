package dev.millrace.dbt.load;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.context.ParseInput;
import dev.millrace.dbt.context.ParsedNode;
import dev.millrace.dbt.manifest.DataTest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeColumn;
import dev.millrace.dbt.manifest.NodeConfig;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.PackageFiles;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A resource while a project is loaded. Its parts are found one after the other. */
final class Draft {
  final NodeType type;
  final PackageProject project;

  /** Where messages about the resource as a whole point to. */
  SourceLocation where;

  String id;
  String name;
  String path;
  String original;
  TextFile file;
  String code;
  List<String> fqn;
  String description = "";
  Map<String, @Nullable Object> config = new LinkedHashMap<>();
  Map<String, @Nullable Object> patchConfig = new LinkedHashMap<>();
  Map<String, @Nullable Object> rawPatchConfig = new LinkedHashMap<>();
  final List<Map<String, @Nullable Object>> configCalls = new ArrayList<>();
  Map<String, NodeColumn> columns = new LinkedHashMap<>();
  final Set<String> tags = new LinkedHashSet<>();
  Map<String, @Nullable Object> meta = new LinkedHashMap<>();
  final List<ParsedNode.RefCall> refs = new ArrayList<>();
  final List<ParsedNode.SourceCall> sources = new ArrayList<>();
  final Set<String> dependsOn = new LinkedHashSet<>();
  final Set<String> macros = new LinkedHashSet<>();
  Optional<Relation> relation = Optional.empty();
  Optional<DataTest> test = Optional.empty();
  final Map<String, @Nullable Object> extra = new LinkedHashMap<>();
  Optional<PropertyEntry> patch = Optional.empty();

  /** The block with its description and its columns. */
  Optional<YamlNode.Mapping> described = Optional.empty();

  /** False if its template is not rendered: seeds, sources. */
  boolean hasTemplate = true;

  Draft(
      NodeType type,
      PackageProject project,
      String name,
      PackageFiles.Found found,
      TextFile file,
      String code,
      List<String> fqn) {
    this.type = type;
    this.project = project;
    this.name = name;
    this.id = type.text() + "." + project.name() + "." + name;
    this.path = found.relative();
    this.original = found.original();
    this.file = file;
    this.code = code;
    this.fqn = fqn;
    this.where = SourceLocation.ofFile(file.path());
  }

  boolean isEnabled() {
    return !Boolean.FALSE.equals(config.get("enabled"))
        && !"false".equalsIgnoreCase(String.valueOf(config.get("enabled")));
  }

  Optional<String> version() {
    return Values.text(extra, "version");
  }

  ParseInput input(Map<String, @Nullable Object> configSoFar) {
    return new ParseInput(
        project.name(), type, name, file, path, code, fqn, new NodeConfig(configSoFar));
  }

  Node node() {
    return new Node(
        id,
        type,
        project.name(),
        name,
        path,
        file,
        code,
        fqn,
        new NodeConfig(config),
        relation,
        description,
        columns,
        List.copyOf(tags),
        meta,
        List.copyOf(dependsOn),
        List.copyOf(macros),
        test,
        extra);
  }
}
