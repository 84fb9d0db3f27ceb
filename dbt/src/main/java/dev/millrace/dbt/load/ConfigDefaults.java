package dev.millrace.dbt.load;

import dev.millrace.dbt.manifest.NodeType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the configuration of each kind of resource is if nobody says anything, as dbt has it. */
final class ConfigDefaults {
  private ConfigDefaults() {}

  /** A new map; keys that dbt knows are there even if their value is None. */
  static Map<String, @Nullable Object> of(NodeType type) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("enabled", true);
    switch (type) {
      case SOURCE -> ofSource(values);
      case EXPOSURE, UNIT_TEST -> {
        values.put("tags", List.of());
        values.put("meta", Map.of());
      }
      case TEST -> ofTest(values);
      default -> ofNode(type, values);
    }
    return values;
  }

  private static void ofSource(Map<String, @Nullable Object> values) {
    values.put("event_time", null);
    values.put("freshness", null);
    values.put("loaded_at_field", null);
    values.put("loaded_at_query", null);
    values.put("meta", Map.of());
    values.put("tags", List.of());
  }

  private static void common(Map<String, @Nullable Object> values) {
    values.put("alias", null);
    values.put("schema", null);
    values.put("database", null);
    values.put("tags", List.of());
    values.put("meta", Map.of());
    values.put("group", null);
  }

  private static void ofTest(Map<String, @Nullable Object> values) {
    common(values);
    values.put("schema", "dbt_test__audit");
    values.put("materialized", "test");
    values.put("severity", "ERROR");
    values.put("store_failures", null);
    values.put("store_failures_as", null);
    values.put("where", null);
    values.put("limit", null);
    values.put("fail_calc", "count(*)");
    values.put("warn_if", "!= 0");
    values.put("error_if", "!= 0");
  }

  private static void ofNode(NodeType type, Map<String, @Nullable Object> values) {
    common(values);
    values.put("materialized", "view");
    values.put("incremental_strategy", null);
    values.put("batch_size", null);
    values.put("lookback", 1L);
    values.put("begin", null);
    values.put("persist_docs", Map.of());
    values.put("post-hook", List.of());
    values.put("pre-hook", List.of());
    values.put("quoting", Map.of());
    values.put("column_types", Map.of());
    values.put("full_refresh", null);
    values.put("unique_key", null);
    values.put("on_schema_change", "ignore");
    values.put("on_configuration_change", "apply");
    values.put("grants", Map.of());
    values.put("packages", List.of());
    Map<String, @Nullable Object> docs = new LinkedHashMap<>();
    docs.put("show", true);
    docs.put("node_color", null);
    values.put("docs", docs);
    values.put("contract", Map.of("enforced", false, "alias_types", true));
    values.put("event_time", null);
    values.put("concurrent_batches", null);
    switch (type) {
      case MODEL -> {
        values.put("access", "protected");
        values.put("freshness", null);
      }
      case SEED -> {
        values.put("materialized", "seed");
        values.put("delimiter", ",");
        values.put("quote_columns", null);
      }
      case SNAPSHOT -> ofSnapshot(values);
      default -> {}
    }
  }

  private static void ofSnapshot(Map<String, @Nullable Object> values) {
    values.put("materialized", "snapshot");
    values.put("strategy", null);
    values.put("target_schema", null);
    values.put("target_database", null);
    values.put("updated_at", null);
    values.put("check_cols", null);
    Map<String, @Nullable Object> names = new LinkedHashMap<>();
    for (String name :
        List.of(
            "dbt_valid_to", "dbt_valid_from", "dbt_scd_id", "dbt_updated_at", "dbt_is_deleted")) {
      names.put(name, null);
    }
    values.put("snapshot_meta_column_names", names);
    values.put("dbt_valid_to_current", null);
  }
}
