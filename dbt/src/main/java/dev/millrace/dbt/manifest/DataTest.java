package dev.millrace.dbt.manifest;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a generic test is called with. Its node's code calls the test's macro.
 *
 * @param packageName of the macro, if the test says so ({@code dbt_utils.accepted_range})
 * @param name of the test: its macro is {@code test_<name>}
 * @param arguments of the macro besides {@code model} and {@code column_name}
 * @param attached id of the node or source that is tested
 * @param column that is tested
 */
public record DataTest(
    Optional<String> packageName,
    String name,
    Map<String, @Nullable Object> arguments,
    Optional<String> attached,
    Optional<String> column) {
  /** Copies the map. */
  public DataTest {
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }
}
