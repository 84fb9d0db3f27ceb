package dev.millrace.dbt.context;

import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.macro.DbtJinja;
import dev.millrace.dbt.macro.MacroDef;
import dev.millrace.dbt.macro.MacroSession;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names that the template of one node, and the macros it calls, see while it runs. */
final class RunNames {
  private final RunContext run;
  private final @Nullable Node node;
  private final TemplateNames names;
  private final Map<String, @Nullable Object> model;
  private final Map<String, @Nullable Object> results = new HashMap<>();
  private final Set<String> ephemeral = new LinkedHashSet<>();
  private @Nullable EventTime eventTime;
  private String built = "";

  /**
   * Names of a node.
   *
   * @param node null for an operation that is no node's
   * @param packageName whose macros and variables are meant
   */
  RunNames(RunContext run, @Nullable Node node, String packageName) {
    this.run = run;
    this.node = node;
    MacroSession macros = run.macros();
    this.names = TemplateNames.of(macros, packageName, run.shared(), macro -> {});
    this.model = node == null ? new LinkedHashMap<>() : NodeDicts.of(node);
    names.set("var", run.var(packageName, names));
    names.set("execute", true);
    names.set("model", model);
    names.set("ref", new ReferenceFunction((a, where) -> ref(a), run.setting()));
    names.set("source", new ReferenceFunction((a, where) -> source(a), run.setting()));
    names.set("config", new ConfigObject(config(), model));
    names.set("this", self());
    AdapterSession session = run.session();
    names.set(
        "adapter",
        new RunAdapter(
            macros,
            packageName,
            session,
            run.setting(),
            run::execute,
            this::call,
            run.seeds()::load,
            new LakeNames(session, node),
            run::warnOnce));
    names.set("database", database());
    names.set("schema", schema());
    names.set("load_result", Members.function("load_result(name)", a -> loadResult(a[0])));
    names.set(
        "store_result",
        Members.function(
            "store_result(name, response=None, agate_table=None)",
            a -> storeResult(a[0], a[1], a[2])));
    names.set(
        "store_raw_result",
        Members.function(
            "store_raw_result(name, message=None, code=None, rows_affected=None, agate_table=None)",
            a -> storeResult(a[0], new RunAdapter.Response(-1), a[4])));
    names.set("render", Members.function("render(string)", a -> render(Printing.str(a[0]))));
    names.set(
        "write",
        Members.function(
            "write(payload)",
            a -> {
              built = Printing.str(a[0]);
              return "";
            }));
    names.set("load_agate_table", (Callable) arguments -> run.seeds().table(requiredNode()));
    names.set("defer_relation", node == null ? null : run.deferred(node));
    names.set("pre_hooks", hooks("pre"));
    names.set("post_hooks", hooks("post"));
    names.set("sql", null);
    names.set("compiled_code", null);
  }

  private Map<String, @Nullable Object> config() {
    Object config = model.get("config");
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    if (config instanceof Map<?, ?> map) {
      map.forEach((key, value) -> values.put(String.valueOf(key), value));
    }
    model.put("config", values);
    return values;
  }

  /** What {@code model.config} and {@code config.get()} read; may be changed. */
  Map<?, ?> configuration() {
    return (Map<?, ?>) java.util.Objects.requireNonNull(model.get("config"));
  }

  Map<String, @Nullable Object> model() {
    return model;
  }

  TemplateNames names() {
    return names;
  }

  /** Ids of the ephemeral models that were referred to, in order. */
  Set<String> ephemeral() {
    return ephemeral;
  }

  /** The rows that a unit test gives a node. */
  TemplateRelation given(String id, String name) {
    ephemeral.add(id);
    return TemplateRelation.ephemeral(name);
  }

  /** The SQL that the statement {@code main} ran; empty if there was none. */
  String built() {
    return built;
  }

  /** The result of a statement by name, as {@code load_result} gives it; null if there is none. */
  @Nullable Object result(String name) {
    return results.get(name);
  }

  /** Restricts what the node reads to a batch; null for all. */
  void restrict(@Nullable EventTime time) {
    eventTime = time;
  }

  private Node requiredNode() {
    if (node == null) {
      throw new PythonError("CompilationError", "there is no node here");
    }
    return node;
  }

  private String database() {
    return node == null
        ? run.manifest().target().database()
        : node.relation().map(Relation::database).orElse(run.manifest().target().database());
  }

  private String schema() {
    return node == null
        ? run.manifest().target().schema()
        : node.relation().map(Relation::schema).orElse(run.manifest().target().schema());
  }

  private @Nullable TemplateRelation self() {
    if (node == null || node.type() == NodeType.OPERATION) {
      return null;
    }
    return node.relation()
        .map(TemplateRelation::of)
        .orElseGet(() -> TemplateRelation.of(database(), schema(), NodeDicts.alias(node), null));
  }

  private List<Object> hooks(String kind) {
    List<Object> hooks = new ArrayList<>();
    if (node == null) {
      return hooks;
    }
    for (String key : List.of(kind + "-hook", kind + "_hook")) {
      Object value = node.config().values().get(key);
      for (Object one :
          value instanceof List<?> list ? list : value == null ? List.of() : List.of(value)) {
        hooks.add(hook(one, hooks.size()));
      }
    }
    return hooks;
  }

  /** A hook is SQL, a dict, or a dict as JSON, which {@code before_begin()} makes. */
  private static Map<String, @Nullable Object> hook(Object value, int index) {
    Object parsed =
        value instanceof CharSequence text && text.toString().strip().startsWith("{\"")
            ? Texts.fromJson(text.toString().strip(), value)
            : value;
    Map<String, @Nullable Object> hook = new LinkedHashMap<>();
    if (parsed instanceof Map<?, ?> map) {
      hook.put("sql", map.get("sql"));
      hook.put("transaction", map.get("transaction") != Boolean.FALSE);
    } else {
      hook.put("sql", parsed);
      hook.put("transaction", true);
    }
    hook.put("index", (long) index);
    return hook;
  }

  /** Calls a macro that the node's template sees; unlike a template's call it is not tracked. */
  @Nullable Object call(String name, Arguments arguments) {
    Object found = names.ofMacros().get(name);
    if (found instanceof Callable callable) {
      return run.macros().within(names.ofMacros(), () -> callable.call(arguments));
    }
    throw new PythonError(
        "UndefinedError",
        "there is no macro `"
            + name
            + "`"
            + Optional.ofNullable(Suggestion.didYouMean(name, names.keySet()))
                .map(hint -> "; " + hint)
                .orElse(""));
  }

  /** Runs a macro. */
  @Nullable Object call(MacroDef macro, Arguments arguments) {
    return run.macros().within(names.ofMacros(), () -> run.macros().macro(macro).call(arguments));
  }

  private String render(String text) {
    if (!NodeParser.isTemplate(text)) {
      return text;
    }
    return run.macros()
        .within(names.ofMacros(), () -> DbtJinja.RUN.compile("hook", text).render(names).text());
  }

  private @Nullable Object loadResult(@Nullable Object name) {
    return results.get(Printing.str(name));
  }

  private String storeResult(
      @Nullable Object name, @Nullable Object response, @Nullable Object table) {
    TemplateTable rows =
        table instanceof TemplateTable given ? given : TemplateTable.empty(run.setting().log());
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    result.put("response", response);
    List<@Nullable Object> data = new ArrayList<>();
    rows.rows().forEach(row -> data.add(Tuple.copyOf(row)));
    result.put("data", data);
    result.put("table", rows);
    results.put(Printing.str(name), result);
    if ("main".equals(Printing.str(name))) {
      run.keepMain();
    }
    return "";
  }

  private Object ref(Arguments arguments) {
    int count = arguments.count();
    if (count < 1 || count > 2) {
      throw new PythonError(
          "CompilationError",
          "`ref()` with " + count + " names; write `ref('model')` or `ref('package', 'model')`");
    }
    String name = arguments.text(count - 1, "name");
    Object version = arguments.keywords().getOrDefault("v", arguments.keywords().get("version"));
    Optional<Node> target =
        run.refs()
            .ref(
                packageName(),
                count == 2 ? arguments.text(0, "package") : null,
                name,
                version == null ? null : Printing.str(version));
    return relation(
        target.orElseThrow(
            () ->
                new PythonError(
                    "CompilationError",
                    "there is no model, seed or snapshot `"
                        + name
                        + "`"
                        + hint(name, run.refs().names()))));
  }

  private static String hint(String name, Set<String> known) {
    String hint = Suggestion.didYouMean(name, known);
    return hint == null ? "" : "; " + hint;
  }

  private String packageName() {
    return node == null ? run.manifest().projectName() : node.packageName();
  }

  private Object source(Arguments arguments) {
    if (arguments.count() != 2) {
      throw new PythonError(
          "CompilationError",
          "`source()` with " + arguments.count() + " names; write `source('source', 'table')`");
    }
    String source = arguments.text(0, "source_name");
    String table = arguments.text(1, "table_name");
    return relation(
        run.refs()
            .source(packageName(), source, table)
            .orElseThrow(
                () ->
                    new PythonError(
                        "CompilationError",
                        "there is no source `"
                            + source
                            + "."
                            + table
                            + "`"
                            + hint(source + "." + table, run.refs().sourceNames()))));
  }

  private Object relation(Node target) {
    if (node != null
        && node.type() != NodeType.OPERATION
        && !node.dependsOn().contains(target.id())
        && !target.id().equals(node.id())) {
      throw new PythonError(
          "CompilationError",
          "`"
              + node.name()
              + "` reads `"
              + target.name()
              + "` only when it runs, which could not be known before; write `-- depends_on: {{ "
              + (target.type() == NodeType.SOURCE ? "source" : "ref")
              + "('"
              + target.name()
              + "') }}` at its top");
    }
    TemplateRelation relation;
    if (target.isEphemeral()) {
      ephemeral.add(target.id());
      relation = TemplateRelation.ephemeral(target.name());
    } else {
      relation = run.relationOf(target);
      checkThere(target, relation);
    }
    return restricted(relation, target);
  }

  /** What a running Millrace keeps up to date is made by it alone. */
  private void checkThere(Node target, TemplateRelation relation) {
    if (run.manifest().kept().contains(target.id())
        && relation.relation().flatMap(run.session()::find).isEmpty()) {
      throw new PythonError(
          "CompilationError",
          "`"
              + target.name()
              + "` is kept up to date by `millrace run`, and has no table before the first run;"
              + " start `millrace run` with this project, then build");
    }
  }

  private TemplateRelation restricted(TemplateRelation relation, Node target) {
    // The rows of a unit test are all of them.
    if (node == null || node.type() == NodeType.OPERATION || node.type() == NodeType.UNIT_TEST) {
      return relation;
    }
    if (run.isEmpty()) {
      return relation.wrapped("(select * from %s where false limit 0)");
    }
    Optional<EventTime> time = time();
    Optional<String> column = target.config().text("event_time");
    if (time.isEmpty() || column.isEmpty()) {
      return relation;
    }
    return relation.wrapped("(select * from %s where " + time.get().condition(column.get()) + ")");
  }

  /** The event time that the node is about; tests see all. */
  private Optional<EventTime> time() {
    if (node == null || (node.type() != NodeType.MODEL && node.type() != NodeType.SNAPSHOT)) {
      return Optional.empty();
    }
    EventTime batch = eventTime;
    return batch == null
        ? run.sample()
        : run.sample().map(batch::within).or(() -> Optional.of(batch));
  }
}
