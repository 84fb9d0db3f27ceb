package dev.millrace.dbt.artifact;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.type.Identifier;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code catalog.json}, version 1: the tables and views that there are, with their columns. */
public final class Catalog {
  /** Its name in the target folder. */
  public static final String FILE = "catalog.json";

  private static final String QUERY =
      "WITH relations AS (SELECT database_name, schema_name, table_name, 'BASE TABLE' AS kind,"
          + " comment FROM duckdb_tables() WHERE NOT internal UNION ALL"
          + " SELECT database_name, schema_name, view_name, 'VIEW', comment"
          + " FROM duckdb_views() WHERE NOT internal)"
          + " SELECT r.schema_name, r.table_name, r.kind, r.comment, c.column_name,"
          + " c.column_index, c.data_type, c.comment FROM relations r JOIN duckdb_columns() c"
          + " USING (database_name, schema_name, table_name) WHERE r.database_name = ";

  private Catalog() {}

  /** Reads what there is and writes the file; returns it. */
  public static ObjectNode write(
      Path target,
      Manifest manifest,
      AdapterSession session,
      String invocationId,
      Instant started) {
    Map<String, String> ids = new HashMap<>();
    for (Node node : manifest.nodes().values()) {
      node.relation().ifPresent(r -> ids.putIfAbsent(key(r.schema(), r.identifier()), node.id()));
    }
    Map<String, ObjectNode> found = new TreeMap<>();
    String database = manifest.target().database();
    for (List<@Nullable Object> row :
        session
            .execute(QUERY + Identifier.literal(database) + " ORDER BY 1, 2, c.column_index", true)
            .rows()) {
      String id = ids.get(key(text(row.get(0)), text(row.get(1))));
      if (id != null) {
        column(found.computeIfAbsent(id, i -> table(i, database, row)), row);
      }
    }
    ObjectNode root = ArtifactFile.JSON.objectNode();
    root.set("metadata", ArtifactFile.metadata("catalog/v1", invocationId, started));
    ObjectNode nodes = root.putObject("nodes");
    ObjectNode sources = root.putObject("sources");
    found.forEach(
        (id, table) -> {
          boolean source = manifest.node(id).map(n -> n.type() == NodeType.SOURCE).orElse(false);
          (source ? sources : nodes).set(id, table);
        });
    root.putNull("errors");
    ArtifactFile.write(target.resolve(FILE), root);
    return root;
  }

  private static String key(String schema, String table) {
    return schema.toLowerCase(Locale.ROOT) + "." + table.toLowerCase(Locale.ROOT);
  }

  private static String text(@Nullable Object value) {
    return String.valueOf(value);
  }

  private static ObjectNode table(String id, String database, List<@Nullable Object> row) {
    ObjectNode table = ArtifactFile.JSON.objectNode();
    ObjectNode metadata = table.putObject("metadata");
    metadata.put("type", text(row.get(2)));
    metadata.put("schema", text(row.get(0)));
    metadata.put("name", text(row.get(1)));
    metadata.put("database", database);
    metadata.set("comment", ArtifactFile.value(row.get(3)));
    metadata.putNull("owner");
    table.putObject("columns");
    ObjectNode stats = table.putObject("stats").putObject("has_stats");
    stats.put("id", "has_stats");
    stats.put("label", "Has Stats?");
    stats.put("value", false);
    stats.put("include", false);
    stats.put("description", "Indicates whether there are statistics for this table");
    table.put("unique_id", id);
    return table;
  }

  private static void column(ObjectNode table, List<@Nullable Object> row) {
    ObjectNode column = table.withObject("/columns").putObject(text(row.get(4)));
    column.put("type", text(row.get(6)));
    column.set("index", ArtifactFile.value(row.get(5)));
    column.put("name", text(row.get(4)));
    column.set("comment", ArtifactFile.value(row.get(7)));
  }
}
