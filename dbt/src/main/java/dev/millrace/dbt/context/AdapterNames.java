package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code adapter} knows without asking an engine. */
final class AdapterNames implements Attributes {
  private final ParseSetting setting;

  AdapterNames(ParseSetting setting) {
    this.setting = setting;
  }

  static String quote(@Nullable Object identifier) {
    return "\"" + Printing.str(identifier).replace("\"", "\"\"") + "\"";
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "type" -> (Callable) arguments -> "duckdb";
      case "quote" -> Members.function("quote(identifier)", a -> quote(a[0]));
      case "quote_as_configured" ->
          Members.function("quote_as_configured(identifier, quote_key)", a -> quote(a[0]));
      case "quote_seed_column" ->
          Members.function(
              "quote_seed_column(column, quote_config=None)",
              a -> Boolean.FALSE.equals(a[1]) ? Printing.str(a[0]) : quote(a[0]));
      case "valid_incremental_strategies" ->
          (Callable) arguments -> List.of("append", "delete+insert", "merge", "microbatch");
      case "Relation" -> TemplateApi.RELATION;
      case "Column" -> TemplateApi.COLUMN;
      case "config" ->
          new Members("RuntimeConfig")
              .value("project_name", setting.rootProject())
              .value("target_name", setting.target().name())
              .value(
                  "credentials",
                  new Members("Credentials")
                      .value("database", setting.target().database())
                      .value("schema", setting.target().schema()));
      case "behavior" -> new Members("Behavior").value("is_enabled", Map.of());
      case "is_ducklake", "is_motherduck", "use_database" -> (Callable) arguments -> false;
      case "convert_datetimes_to_strs", "check_schema" ->
          (Callable) arguments -> a(arguments.get(0, "value", null));
      default -> ABSENT;
    };
  }

  private static @Nullable Object a(@Nullable Object value) {
    return value;
  }

  @Override
  public String typeName() {
    return "DatabaseWrapper";
  }
}
