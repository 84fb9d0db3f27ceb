package dev.millrace.dbt.manifest;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A column as the property files describe it.
 *
 * @param name as written
 * @param description Markdown, rendered; empty if there is none
 * @param dataType of a contract
 * @param quote whether its name is put in quotes
 * @param constraints of a contract, each a map as written
 * @param tags of it
 * @param meta free
 */
public record NodeColumn(
    String name,
    String description,
    Optional<String> dataType,
    boolean quote,
    List<Map<String, @Nullable Object>> constraints,
    List<String> tags,
    Map<String, @Nullable Object> meta) {
  /** Copies lists and map. */
  public NodeColumn {
    constraints = List.copyOf(constraints);
    tags = List.copyOf(tags);
    meta = Collections.unmodifiableMap(new LinkedHashMap<>(meta));
  }
}
