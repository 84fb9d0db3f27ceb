package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.context.NodeParser;
import dev.millrace.dbt.macro.MacroLibrary;
import dev.millrace.dbt.manifest.DbtTarget;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.jinja.TemplateException;
import dev.millrace.jinja.value.Arguments;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives nodes their database, schema and name: what the macros {@code generate_database_name},
 * {@code generate_schema_name} and {@code generate_alias_name} say, which projects may replace.
 */
final class RelationNames {
  private static final Set<NodeType> BUILT =
      Set.of(NodeType.MODEL, NodeType.SEED, NodeType.SNAPSHOT);

  private final DbtTarget target;
  private final MacroLibrary macros;
  private final NodeParser parser;
  private final Problems problems;
  private final Map<String, Boolean> internal = new HashMap<>();
  private final Map<String, Draft> taken = new HashMap<>();

  RelationNames(DbtTarget target, MacroLibrary macros, NodeParser parser, Problems problems) {
    this.target = target;
    this.macros = macros;
    this.parser = parser;
    this.problems = problems;
  }

  /** Gives a node its names. */
  void name(Draft draft) {
    Map<String, @Nullable Object> node = node(draft);
    Object custom = draft.config.get("schema");
    String database = generate("database", draft.config.get("database"), draft, node);
    String schema = generate("schema", custom, draft, node);
    String alias = generate("alias", draft.config.get("alias"), draft, node);
    if (draft.type == NodeType.SNAPSHOT) {
      schema = Values.text(draft.config, "target_schema").orElse(schema);
      database = Values.text(draft.config, "target_database").orElse(database);
    }
    draft.extra.put("database", database);
    draft.extra.put("schema", schema);
    draft.extra.put("alias", alias);
    boolean ephemeral =
        draft.type == NodeType.MODEL && "ephemeral".equals(draft.config.get("materialized"));
    if (draft.type == NodeType.ANALYSIS || ephemeral) {
      return;
    }
    draft.relation = Optional.of(Relation.of(database, schema, alias));
    if (BUILT.contains(draft.type)) {
      checkUnique(draft, draft.relation.get());
    }
  }

  private void checkUnique(Draft draft, Relation relation) {
    Draft first = taken.putIfAbsent(relation.toString().toLowerCase(Locale.ROOT), draft);
    if (first != null) {
      problems.error(
          LoadError.DUPLICATE_RELATION,
          draft.where,
          "`" + draft.id + "` and `" + first.id + "` are both " + relation,
          "give one of them another `schema` or `alias`");
    }
  }

  private String generate(
      String what, @Nullable Object custom, Draft draft, Map<String, @Nullable Object> node) {
    String macro = "generate_" + what + "_name";
    boolean own =
        internal.computeIfAbsent(
            macro,
            m ->
                macros
                    .find(macros.rootProject(), m)
                    .map(d -> d.packageName().equals(MacroLibrary.INTERNAL))
                    .orElse(true));
    if (own) {
      return standard(what, custom, draft);
    }
    try {
      Object value = parser.call(macro, Arguments.of(new Object[] {custom}), node);
      return String.valueOf(value).strip();
    } catch (TemplateException e) {
      problems.add(parser.places().problem(e));
      return standard(what, custom, draft);
    }
  }

  /** What dbt's own macros say. */
  private String standard(String what, @Nullable Object custom, Draft draft) {
    String text = custom == null ? "" : String.valueOf(custom).strip();
    return switch (what) {
      case "database" -> text.isEmpty() ? target.database() : text;
      case "schema" -> text.isEmpty() ? target.schema() : target.schema() + "_" + text;
      default ->
          !text.isEmpty()
              ? text
              : draft
                  .version()
                  .map(v -> draft.name + "_v" + v.replace('.', '_'))
                  .orElse(draft.name);
    };
  }

  /** A node as those macros see it. */
  private static Map<String, @Nullable Object> node(Draft draft) {
    Map<String, @Nullable Object> node = new LinkedHashMap<>();
    node.put("unique_id", draft.id);
    node.put("name", draft.name);
    node.put("resource_type", draft.type.text());
    node.put("package_name", draft.project.name());
    node.put("path", draft.path);
    node.put("original_file_path", draft.original);
    node.put("fqn", draft.fqn);
    node.put("config", draft.config);
    node.put("tags", List.copyOf(draft.tags));
    node.put("meta", draft.meta);
    node.put("description", draft.description);
    node.put("version", draft.extra.get("version"));
    node.put("latest_version", draft.extra.get("latest_version"));
    node.put("raw_code", draft.code);
    return node;
  }
}
