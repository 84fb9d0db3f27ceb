package dev.millrace.dbt.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Constraints of models and columns with every key that dbt's macros ask for. */
final class Constraints {
  private Constraints() {}

  /**
   * The constraints of a list as it is written.
   *
   * @param ofModel whether they may name columns
   */
  static List<Map<String, @Nullable Object>> of(@Nullable Object written, boolean ofModel) {
    List<Map<String, @Nullable Object>> constraints = new ArrayList<>();
    for (Map<String, @Nullable Object> given : Values.maps(written)) {
      Map<String, @Nullable Object> constraint = new LinkedHashMap<>();
      constraint.put("type", null);
      constraint.put("name", null);
      constraint.put("expression", null);
      constraint.put("warn_unenforced", true);
      constraint.put("warn_unsupported", true);
      constraint.put("to", null);
      constraint.put("to_columns", List.of());
      if (ofModel) {
        constraint.put("columns", List.of());
      }
      constraint.putAll(given);
      constraints.add(constraint);
    }
    return constraints;
  }
}
