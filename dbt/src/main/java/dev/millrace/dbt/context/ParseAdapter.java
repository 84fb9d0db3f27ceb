package dev.millrace.dbt.context;

import dev.millrace.dbt.macro.MacroSession;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import org.jspecify.annotations.Nullable;

/** {@code adapter} while a project is read: there is no engine, and relations have no columns. */
final class ParseAdapter implements Attributes {
  private final Dispatch dispatch;
  private final AdapterNames names;

  ParseAdapter(MacroSession session, String packageName, ParseSetting setting) {
    this.dispatch = new Dispatch(session, packageName);
    this.names = new AdapterNames(setting);
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "dispatch" -> dispatch;
      case "get_relation",
          "load_relation",
          "create_schema",
          "drop_schema",
          "drop_relation",
          "truncate_relation",
          "rename_relation",
          "expand_target_column_types",
          "cache_added",
          "cache_dropped",
          "cache_renamed",
          "execute",
          "validate_sql",
          "verify_database",
          "commit",
          "standardize_grants_dict",
          "get_incremental_strategy_macro",
          "store_relation",
          "get_binding_char" ->
          (Callable) arguments -> null;
      case "list_relations",
          "list_relations_without_caching",
          "get_columns_in_relation",
          "get_column_schema_from_query",
          "get_missing_columns",
          "list_schemas",
          "get_catalog" ->
          (Callable) arguments -> java.util.List.of();
      case "check_schema_exists", "already_exists" -> (Callable) arguments -> false;
      default -> names.attribute(name);
    };
  }

  @Override
  public String typeName() {
    return "ParseDatabaseWrapper";
  }
}
