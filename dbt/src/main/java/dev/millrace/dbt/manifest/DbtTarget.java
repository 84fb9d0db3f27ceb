package dev.millrace.dbt.manifest;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where models go.
 *
 * @param profile the profile's name
 * @param name of the target, such as {@code dev}
 * @param database DuckDB's name of the store's database
 * @param schema in which models are that ask for no other
 * @param threads how many nodes run side by side
 * @param values everything else that the profile says, as {@code target.<key>} shows it, without
 *     secrets
 */
public record DbtTarget(
    String profile,
    String name,
    String database,
    String schema,
    int threads,
    Map<String, @Nullable Object> values) {
  /** Copies the map. */
  public DbtTarget {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
