package dev.millrace.dbt.load;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What property files say of macros. */
final class MacroProperties {
  private MacroProperties() {}

  /** By the macro's id: {@code description}, {@code arguments}, {@code meta}, {@code docs}. */
  static Map<String, Map<String, @Nullable Object>> of(PropertyFiles properties) {
    Map<String, Map<String, @Nullable Object>> all = new LinkedHashMap<>();
    for (PropertyEntry entry : properties.of("macros")) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>(entry.values());
      values.put("patch_path", entry.patchPath());
      all.put("macro." + entry.project().name() + "." + entry.name(), values);
    }
    return all;
  }
}
