package dev.millrace.dbt.manifest;

import dev.millrace.dbt.adapter.Relation;
import dev.millrace.project.LakeModel;
import dev.millrace.project.TextFile;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One resource of a project or of a package. Immutable.
 *
 * @param id dbt's {@code unique_id}: {@code model.shop.orders}
 * @param type of it
 * @param packageName of the project or package that it is in
 * @param name as {@code ref()} has it
 * @param path of its file below the folder of its kind: {@code staging/stg_orders.sql}
 * @param file with the text as written; its path is relative to the project's folder, also for
 *     files of packages
 * @param code the template: the file's text, or a part of it (a snapshot block)
 * @param fqn package, folders, name: what selection and {@code +} keys go by
 * @param config of it; a disabled resource is no node
 * @param relation where it is or will be; none for ephemeral models, tests and the like
 * @param description Markdown, rendered; empty if there is none
 * @param columns by name, in order
 * @param tags of it, in order
 * @param meta free
 * @param dependsOn ids of the nodes that it reads, in order of first use
 * @param macros ids of the macros that it calls directly ({@code macro.dbt_utils.star})
 * @param test what it tests, if it is a generic test
 * @param extra what only nodes of its type have, by dbt's key ({@code version}, {@code group},
 *     {@code access}, {@code loaded_at_field}, {@code freshness}, {@code source_name}, {@code
 *     identifier}, a unit test's {@code given}, ...)
 */
public record Node(
    String id,
    NodeType type,
    String packageName,
    String name,
    String path,
    TextFile file,
    String code,
    List<String> fqn,
    NodeConfig config,
    Optional<Relation> relation,
    String description,
    Map<String, NodeColumn> columns,
    List<String> tags,
    Map<String, @Nullable Object> meta,
    List<String> dependsOn,
    List<String> macros,
    Optional<DataTest> test,
    Map<String, @Nullable Object> extra) {
  /** Copies lists and maps. */
  public Node {
    fqn = List.copyOf(fqn);
    columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    tags = List.copyOf(tags);
    meta = Collections.unmodifiableMap(new LinkedHashMap<>(meta));
    dependsOn = List.copyOf(dependsOn);
    macros = List.copyOf(macros);
    extra = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
  }

  /** How the node's table is to be in the lake; empty if it is not to be there. */
  public Optional<LakeModel> lake() {
    return type == NodeType.MODEL && relation.isPresent()
        ? LakeModel.of(config.values(), relation.get().identifier(), (key, fault) -> {})
        : Optional.empty();
  }

  /** True for a model that is put into those that read it. */
  public boolean isEphemeral() {
    return type == NodeType.MODEL && config.materialized().equals("ephemeral");
  }
}
