package dev.millrace.dbt.context;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.dbt.TemplatePlaces;
import dev.millrace.dbt.context.ParsedNode.ConfigValue;
import dev.millrace.dbt.context.ParsedNode.RefCall;
import dev.millrace.dbt.context.ParsedNode.SourceCall;
import dev.millrace.dbt.macro.MacroSession;
import dev.millrace.dbt.manifest.DbtTarget;
import dev.millrace.jinja.Origin;
import dev.millrace.jinja.PlacedCallable;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names that a node's template sees while it is read; notes what the template says. */
final class ParseNames {
  private static final String HOOK = "hook";

  private final NodeParser parser;
  private final ParseInput input;
  private final TemplatePlaces places;
  private final TemplateNames names;
  private final TemplateRelation self;
  private final List<ConfigValue> config = new ArrayList<>();
  private final List<RefCall> refs = new ArrayList<>();
  private final List<SourceCall> sources = new ArrayList<>();
  private final Set<String> macros = new LinkedHashSet<>();
  private int calls;

  /** Where the hook stands that is rendered now, whose text has no place of its own. */
  private @Nullable SourceLocation hook;

  ParseNames(NodeParser parser, ParseInput input, TemplatePlaces places) {
    this.parser = parser;
    this.input = input;
    this.places = places;
    DbtTarget target = parser.setting().target();
    this.self = TemplateRelation.of(target.database(), target.schema(), input.name(), null);
    MacroSession session = parser.session();
    this.names =
        TemplateNames.of(
            session, input.packageName(), parser.shared(), macro -> macros.add(macro.id()));
    names.set("var", parser.var(input.packageName(), names));
    names.set("ref", new ReferenceFunction(placed(this::ref), parser.setting()));
    names.set("source", new ReferenceFunction(placed(this::source), parser.setting()));
    names.set("config", new Config());
    names.set("this", self);
    names.set("execute", false);
    names.set("model", new Lazy(this::model));
    names.set("adapter", new ParseAdapter(session, input.packageName(), parser.setting()));
    names.set("api", TemplateApi.ALL);
    names.set("column", TemplateApi.COLUMN);
    names.set("database", target.database());
    names.set("schema", target.schema());
    names.set("graph", new Lazy(ParseNames::emptyGraph));
    names.set("load_result", (Callable) arguments -> null);
    names.set("store_result", (Callable) arguments -> "");
    names.set("store_raw_result", (Callable) arguments -> "");
    names.set("selected_resources", List.of());
    names.set("database_schemas", List.of());
    names.set("schemas", List.of());
    names.set("pre_hooks", null);
    names.set("post_hooks", null);
    names.set("sql", null);
    names.set("compiled_code", null);
    names.set("doc", (Callable) arguments -> "");
    names.set("metric", (Callable) arguments -> "");
    names.set("validation", Map.of("any", (Callable) arguments -> null));
    names.set("write", (Callable) arguments -> "");
    names.set("render", (Callable) this::renderText);
    if (!input.testArguments().isEmpty()) {
      names.set(
          TestArguments.NAME, new Lazy(() -> TestArguments.rendered(input.testArguments(), names)));
    }
    names.set("load_agate_table", (Callable) arguments -> "");
  }

  /** Renders the template for what it says. */
  void render(String name, String code) {
    parser
        .session()
        .within(names.ofMacros(), () -> parser.compile(name, code).render(names).text());
  }

  /** Renders the hooks of project files and of {@code config()}. */
  void renderHooks() {
    SourceLocation file = SourceLocation.ofFile(input.file().path());
    for (String key : List.of("pre-hook", "pre_hook", "post-hook", "post_hook")) {
      renderHooks(input.config().values().get(key), file);
      for (ConfigValue value : List.copyOf(config)) {
        if (value.key().equals(key)) {
          renderHooks(value.value(), value.where());
        }
      }
    }
  }

  private void renderHooks(@Nullable Object hooks, SourceLocation where) {
    hook = where;
    for (Object one : hooks instanceof List<?> list ? list : Collections.singletonList(hooks)) {
      Object sql = one instanceof Map<?, ?> map ? map.get("sql") : one;
      if (sql instanceof CharSequence text && NodeParser.isTemplate(text.toString())) {
        render(HOOK, text.toString());
      }
    }
  }

  ParsedNode parsed(boolean complete) {
    return new ParsedNode(config, refs, sources, List.copyOf(macros), complete);
  }

  private static Map<String, Object> emptyGraph() {
    Map<String, Object> graph = new LinkedHashMap<>();
    for (String kind : List.of("nodes", "sources", "exposures", "metrics", "groups")) {
      graph.put(kind, new LinkedHashMap<>());
    }
    return graph;
  }

  private Object renderText(Arguments arguments) {
    return parser.compile("text", arguments.text(0, "string")).render(names).text();
  }

  private Map<String, @Nullable Object> model() {
    Map<String, @Nullable Object> model = new LinkedHashMap<>();
    model.put("name", input.name());
    model.put("unique_id", input.id());
    model.put("resource_type", input.type().text());
    model.put("package_name", input.packageName());
    model.put("path", input.path());
    model.put("original_file_path", input.file().path());
    model.put("fqn", input.fqn());
    model.put("alias", input.name());
    model.put("database", self.database());
    model.put("schema", self.schema());
    model.put("raw_code", input.code());
    model.put("config", new LinkedHashMap<>(input.config().values()));
    model.put("tags", input.config().texts("tags"));
    model.put("meta", input.config().values().getOrDefault("meta", Map.of()));
    model.put("columns", Map.of());
    model.put("description", "");
    model.put("depends_on", Map.of("nodes", List.of(), "macros", List.of()));
    model.put("refs", List.of());
    model.put("sources", List.of());
    return model;
  }

  /** A function that wants to know where it is called. */
  @FunctionalInterface
  private interface Placed {
    @Nullable Object call(Arguments arguments, SourceLocation where);
  }

  private PlacedCallable placed(Placed function) {
    return (Arguments arguments, Origin where) ->
        function.call(
            arguments, hook != null && where.template().equals(HOOK) ? hook : places.ofCall(where));
  }

  private Object ref(Arguments arguments, SourceLocation where) {
    int count = arguments.count();
    if (count < 1 || count > 2) {
      throw new PythonError(
          "CompilationError",
          "`ref()` with " + count + " names; write `ref('model')` or `ref('package', 'model')`");
    }
    Object version = arguments.keywords().getOrDefault("v", arguments.keywords().get("version"));
    refs.add(
        new RefCall(
            count == 2 ? Optional.of(arguments.text(0, "package")) : Optional.empty(),
            arguments.text(count - 1, "name"),
            Optional.ofNullable(version).map(Printing::str),
            where));
    return self;
  }

  private Object source(Arguments arguments, SourceLocation where) {
    if (arguments.count() != 2) {
      throw new PythonError(
          "CompilationError",
          "`source()` with " + arguments.count() + " names; write `source('source', 'table')`");
    }
    sources.add(
        new SourceCall(arguments.text(0, "source_name"), arguments.text(1, "table_name"), where));
    return self;
  }

  /** {@code config(...)}; while a project is read, nothing is configured yet. */
  private final class Config implements PlacedCallable, Attributes {
    @Override
    public @Nullable Object call(Arguments arguments, Origin where) {
      if (arguments.count() > 1
          || (arguments.count() == 1
              && !(arguments.at(0) instanceof Map && arguments.keywords().isEmpty()))) {
        throw new PythonError(
            "CompilationError",
            "`config()` takes keywords or one dict; write `config(materialized='table')`");
      }
      if (arguments.count() == 1 && arguments.at(0) instanceof Map<?, ?> map) {
        map.forEach((key, value) -> put(Printing.str(key), value, where));
      }
      arguments.keywords().forEach((key, value) -> put(key, value, where));
      calls++;
      return "";
    }

    private void put(String key, @Nullable Object value, Origin call) {
      String name =
          switch (key) {
            case "pre_hook" -> "pre-hook";
            case "post_hook" -> "post-hook";
            default -> key;
          };
      config.add(new ConfigValue(calls, name, value, places.ofArgument(call, key)));
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "get", "require", "meta_get", "meta_require" -> (Callable) arguments -> "";
        case "set" ->
            Members.function(
                "set(name, value)",
                a -> {
                  put(Printing.str(a[0]), a[1], new Origin(input.file().path(), 1, 1, List.of()));
                  calls++;
                  return "";
                });
        case "persist_relation_docs", "persist_column_docs" -> (Callable) arguments -> false;
        case "model" -> model();
        default -> ABSENT;
      };
    }
  }
}
