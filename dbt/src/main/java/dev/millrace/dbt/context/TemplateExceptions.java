package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code exceptions}: functions that end rendering with an error, and one that warns. */
final class TemplateExceptions {
  private static final List<String> RAISING =
      List.of(
          "missing_config",
          "missing_materialization",
          "missing_relation",
          "raise_ambiguous_alias",
          "raise_ambiguous_catalog_match",
          "raise_cache_inconsistent",
          "raise_dataclass_not_dict",
          "raise_compiler_error",
          "raise_contract_error",
          "raise_dep_not_found",
          "raise_dependency_error",
          "raise_duplicate_patch_name",
          "raise_duplicate_resource_name",
          "raise_invalid_property_yml_version",
          "raise_not_implemented",
          "raise_fail_fast_error",
          "relation_wrong_type",
          "column_type_missing");

  private TemplateExceptions() {}

  static Map<String, Object> of(ParseSetting setting) {
    Map<String, Object> all = new HashMap<>();
    for (String name : RAISING) {
      all.put(name, raising("CompilationError", setting));
    }
    all.put("raise_database_error", raising("DatabaseError", setting));
    all.put(
        "warn",
        Members.function(
            "warn(msg, node=None)",
            a -> {
              setting
                  .log()
                  .accept("Warning: " + Secrets.hide(Printing.str(a[0]), setting.environment()));
              return "";
            }));
    all.put("warn_snapshot_timestamp_data_types", (Callable) arguments -> "");
    return all;
  }

  private static Callable raising(String type, ParseSetting setting) {
    return arguments -> {
      throw new PythonError(type, Secrets.hide(message(arguments), setting.environment()));
    };
  }

  private static String message(Arguments arguments) {
    if (arguments.count() > 0) {
      return Printing.str(arguments.at(0));
    }
    return arguments.keywords().isEmpty()
        ? "an error without a message"
        : Printing.str(arguments.keywords().values().iterator().next());
  }
}
