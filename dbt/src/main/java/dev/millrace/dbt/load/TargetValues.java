package dev.millrace.dbt.load;

import dev.millrace.dbt.manifest.DbtTarget;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A target as the templates of YAML files see it. */
final class TargetValues {
  private TargetValues() {}

  static Map<String, @Nullable Object> of(DbtTarget target) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>(target.values());
    values.put("name", target.name());
    values.put("target_name", target.name());
    values.put("profile_name", target.profile());
    values.put("database", target.database());
    values.put("schema", target.schema());
    values.put("threads", (long) target.threads());
    values.put("type", "duckdb");
    return values;
  }
}
