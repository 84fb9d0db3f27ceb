package dev.millrace.dbt.context;

import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.macro.MacroSession;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code adapter} of a node that runs. */
final class RunAdapter implements Attributes {
  private final Dispatch dispatch;
  private final AdapterNames names;
  private final AdapterSession session;
  private final ParseSetting setting;
  private final SqlRunner runner;
  private final MacroCaller macros;
  private final SeedLoader seeds;
  private final Consumer<String> warnings;
  private final LakeNames lake;

  /** Calls a macro that the node's template sees. */
  @FunctionalInterface
  interface MacroCaller {
    @Nullable Object call(String name, Arguments arguments);
  }

  /** Adds a seed's rows to its table. */
  @FunctionalInterface
  interface SeedLoader {
    long load(TemplateRelation table, TemplateSeed seed);
  }

  RunAdapter(
      MacroSession macroSession,
      String packageName,
      AdapterSession session,
      ParseSetting setting,
      SqlRunner runner,
      MacroCaller macros,
      SeedLoader seeds,
      LakeNames lake,
      Consumer<String> warnings) {
    this.dispatch = new Dispatch(macroSession, packageName);
    this.names = new AdapterNames(setting);
    this.session = session;
    this.setting = setting;
    this.runner = runner;
    this.macros = macros;
    this.seeds = seeds;
    this.lake = lake;
    this.warnings = warnings;
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "dispatch" -> dispatch;
      case "lake" -> lake;
      case "execute" ->
          Members.function(
              "execute(sql, auto_begin=False, fetch=False, limit=None)",
              a -> execute(Printing.str(a[0]), Operators.truth(a[2])));
      case "add_query" ->
          Members.function(
              "add_query(sql, auto_begin=True, bindings=None, abridge_sql_log=False)",
              a -> execute(Printing.str(a[0]), false));
      case "get_relation" ->
          Members.function(
              "get_relation(database=None, schema=None, identifier=None)",
              a -> relation(text(a[0]), text(a[1]), text(a[2])));
      case "load_relation" ->
          Members.function("load_relation(relation)", a -> reload(required(a[0])));
      case "get_columns_in_relation" ->
          Members.function("get_columns_in_relation(relation)", a -> columns(required(a[0])));
      case "relation_columns" ->
          Members.function("relation_columns(relation)", a -> engineColumns(required(a[0])));
      case "get_missing_columns" ->
          Members.function(
              "get_missing_columns(from_relation, to_relation)",
              a -> missing(required(a[0]), required(a[1])));
      case "get_column_schema_from_query" ->
          Members.function("get_column_schema_from_query(sql)", a -> columnsOf(Printing.str(a[0])));
      case "check_schema_exists" ->
          Members.function(
              "check_schema_exists(database, schema)",
              a -> schemas(Printing.str(a[0])).contains(lower(a[1])));
      case "list_schemas" ->
          Members.function("list_schemas(database)", a -> session.schemas(Printing.str(a[0])));
      case "list_relations" ->
          Members.function(
              "list_relations(database, schema)",
              a -> relations(Printing.str(a[0]), Printing.str(a[1])));
      case "list_relations_without_caching" ->
          Members.function(
              "list_relations_without_caching(schema_relation)",
              a -> {
                TemplateRelation schema = required(a[0]);
                return relations(
                    String.valueOf(schema.database()), String.valueOf(schema.schema()));
              });
      case "already_exists" ->
          Members.function(
              "already_exists(schema, name)",
              a -> relation(setting.target().database(), text(a[0]), text(a[1])) != null);
      default -> statement(name);
    };
  }

  private Callable warnOnce() {
    return Members.function(
        "warn_once(msg)",
        a -> {
          warnings.accept(Printing.str(a[0]));
          return null;
        });
  }

  /** Methods that change something, most of which are macros. */
  private @Nullable Object statement(String name) {
    return switch (name) {
      case "create_schema",
          "drop_schema",
          "drop_relation",
          "truncate_relation",
          "rename_relation" ->
          (Callable)
              arguments -> {
                macros.call(name, arguments);
                return null;
              };
      case "validate_sql" -> (Callable) arguments -> macros.call("validate_sql", arguments);
      case "expand_target_column_types", "verify_database", "commit" ->
          (Callable) arguments -> null;
      case "warn_once" -> warnOnce();
      case "cache_added", "cache_dropped", "cache_renamed" -> (Callable) arguments -> "";
      case "leave_transaction" ->
          (Callable)
              arguments -> {
                session.commit();
                return "";
              };
      case "enter_transaction" ->
          (Callable)
              arguments -> {
                session.begin();
                return "";
              };
      case "convert_type" ->
          Members.function(
              "convert_type(agate_table, col_idx)", a -> convertType(a[0], (Number) a[1]));
      case "load_seed" ->
          Members.function(
              "load_seed(relation, agate_table)",
              a -> seeds.load(required(a[0]), (TemplateSeed) Objects.requireNonNull(a[1])));
      case "get_hard_deletes_behavior" ->
          Members.function("get_hard_deletes_behavior(config)", a -> hardDeletes(a[0]));
      case "assert_valid_snapshot_target_given_strategy" ->
          Members.function(
              "assert_valid_snapshot_target_given_strategy(relation, column_names, strategy)",
              a -> checkSnapshot(required(a[0]), a[1], a[2]));
      case "valid_snapshot_target" ->
          Members.function(
              "valid_snapshot_target(relation, column_names=None)",
              a -> checkSnapshot(required(a[0]), a[1], null));
      case "get_incremental_strategy_macro" ->
          Members.function(
              "get_incremental_strategy_macro(model_context, strategy)", a -> strategy(a[0], a[1]));
      case "standardize_grants_dict" -> (Callable) arguments -> Map.of();
      case "external_root" -> (Callable) arguments -> ".";
      case "render_raw_columns_constraints" ->
          Members.function(
              "render_raw_columns_constraints(raw_columns)", a -> Constraints.columns(a[0]));
      case "render_raw_model_constraints" ->
          Members.function(
              "render_raw_model_constraints(raw_constraints)", a -> Constraints.model(a[0]));
      default -> names.attribute(name);
    };
  }

  private static String convertType(@Nullable Object table, Number column) {
    return table instanceof TemplateSeed seed
        ? seed.type(column.intValue())
        : ((TemplateTable) Objects.requireNonNull(table)).types().get(column.intValue());
  }

  private static @Nullable String text(@Nullable Object value) {
    return RelationMethods.text(value);
  }

  private static String lower(@Nullable Object value) {
    return Printing.str(value).toLowerCase(Locale.ROOT);
  }

  private static TemplateRelation required(@Nullable Object value) {
    if (value instanceof TemplateRelation relation) {
      return relation;
    }
    throw PythonError.type("a relation is expected, not " + Printing.repr(value));
  }

  private Tuple execute(String sql, boolean fetch) {
    QueryResult result = runner.run(sql, fetch);
    return Tuple.of(
        new Response(result.affected()),
        fetch ? TemplateTable.of(result, setting.log()) : TemplateTable.empty(setting.log()));
  }

  /** What an engine answers: prints as its message. */
  record Response(long affected) implements Attributes {
    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "rows_affected" -> affected;
        case "code", "_message", "message" -> "OK";
        default -> ABSENT;
      };
    }

    @Override
    public String typeName() {
      return "AdapterResponse";
    }

    @Override
    public String toString() {
      return "OK";
    }
  }

  private @Nullable TemplateRelation relation(
      @Nullable String database, @Nullable String schema, @Nullable String identifier) {
    if (schema == null || identifier == null) {
      return null;
    }
    Relation wanted =
        Relation.of(database == null ? setting.target().database() : database, schema, identifier);
    return session.find(wanted).map(TemplateRelation::of).orElse(null);
  }

  private @Nullable TemplateRelation reload(TemplateRelation relation) {
    return relation(relation.database(), relation.schema(), relation.identifier());
  }

  private List<TemplateRelation> relations(String database, String schema) {
    return session.relations(database, schema).stream().map(TemplateRelation::of).toList();
  }

  private Set<String> schemas(String database) {
    return session.schemas(database).stream().map(RunAdapter::lower).collect(Collectors.toSet());
  }

  private List<Object> columns(TemplateRelation relation) {
    Object own = macros.call("get_columns_in_relation", Arguments.of(relation));
    return own instanceof List<?> list ? new ArrayList<>(list) : new ArrayList<>();
  }

  /** What the engine says, also of temporary tables and common table expressions. */
  private List<Object> engineColumns(TemplateRelation relation) {
    Optional<Relation> known = relation.relation();
    List<ColumnInfo> columns =
        known.isPresent()
            ? session.columns(known.get())
            : runner.run("select * from " + relation.render() + " limit 0", true).columns();
    return new ArrayList<>(
        columns.stream().map(c -> TemplateColumn.of(c.name(), c.type())).toList());
  }

  private List<Object> missing(TemplateRelation from, TemplateRelation to) {
    Set<String> known =
        columns(to).stream().map(column -> lower(name(column))).collect(Collectors.toSet());
    return columns(from).stream().filter(c -> !known.contains(lower(name(c)))).toList();
  }

  private static @Nullable Object name(Object column) {
    return column instanceof Attributes object ? object.attribute("name") : column;
  }

  private List<Object> columnsOf(String sql) {
    return new ArrayList<>(
        runner.run(sql, true).columns().stream()
            .map(column -> TemplateColumn.of(column.name(), column.type()))
            .toList());
  }

  private static String hardDeletes(@Nullable Object config) {
    Object invalidate = get(config, "invalidate_hard_deletes");
    Object behaviour = get(config, "hard_deletes");
    if (invalidate != null && behaviour != null) {
      throw new PythonError(
          "DbtValidationError",
          "You cannot set both the invalidate_hard_deletes and hard_deletes config properties on"
              + " the same snapshot.");
    }
    if (Boolean.TRUE.equals(invalidate) || "invalidate".equals(behaviour)) {
      return "invalidate";
    }
    if ("new_record".equals(behaviour)) {
      return "new_record";
    }
    if (behaviour == null || "ignore".equals(behaviour)) {
      return "ignore";
    }
    throw new PythonError(
        "DbtValidationError",
        "`hard_deletes` is `" + behaviour + "`; write ignore, invalidate or new_record");
  }

  private static @Nullable Object get(@Nullable Object config, String key) {
    if (config instanceof Map<?, ?> map) {
      return map.get(key);
    }
    return config instanceof Attributes object && object.attribute("get") instanceof Callable get
        ? get.call(Arguments.of(key))
        : null;
  }

  private @Nullable Object checkSnapshot(
      TemplateRelation relation, @Nullable Object names, @Nullable Object strategy) {
    Set<String> present =
        columns(relation).stream().map(column -> lower(name(column))).collect(Collectors.toSet());
    List<String> wanted = new ArrayList<>(List.of("dbt_scd_id", "dbt_valid_from", "dbt_valid_to"));
    if (strategy instanceof Map<?, ?> map && "new_record".equals(map.get("hard_deletes"))) {
      wanted.add("dbt_is_deleted");
    }
    List<String> missing =
        wanted.stream()
            .map(
                column ->
                    names instanceof Map<?, ?> map && map.get(column) != null
                        ? Printing.str(map.get(column))
                        : column)
            .filter(column -> !present.contains(lower(column)))
            .toList();
    if (!missing.isEmpty()) {
      throw new PythonError(
          "CompilationError",
          "the snapshot's target `"
              + relation.render()
              + "` is no snapshot: it has no columns "
              + String.join(", ", missing));
    }
    return null;
  }

  private @Nullable Object strategy(@Nullable Object context, @Nullable Object strategy) {
    String name = strategy == null ? "default" : Printing.str(strategy);
    if (name.equals("insert_overwrite")) {
      throw new PythonError(
          "DbtRuntimeError",
          "The incremental strategy 'insert_overwrite' is not valid for this adapter");
    }
    String macro = "get_incremental_" + name.replace("+", "_") + "_sql";
    if (context instanceof Map<?, ?> map && map.containsKey(macro)) {
      return map.get(macro);
    }
    throw new PythonError(
        "DbtRuntimeError",
        "there is no incremental strategy `" + name + "`: no macro `" + macro + "`");
  }

  @Override
  public String typeName() {
    return "RuntimeDatabaseWrapper";
  }
}
