package dev.millrace.dbt.context;

import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.TemplatePlaces;
import dev.millrace.dbt.TemplatePlaces.Fragment;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.macro.DbtJinja;
import dev.millrace.dbt.macro.MacroDef;
import dev.millrace.dbt.macro.MacroLibrary;
import dev.millrace.dbt.macro.MacroSession;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.jinja.Rendered;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Sequences;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compiles and runs the nodes of a manifest, one after the other: each with its macros, over one
 * session of an engine. For one thread.
 */
public final class RunContext {
  private final Manifest manifest;
  private final AdapterSession session;
  private final RunSetting runSetting;
  private final ParseSetting setting;
  private final MacroSession macros;
  private final RefIndex refs;
  private final Map<String, @Nullable Object> shared;
  private final Map<String, CompiledNode> ephemeral = new HashMap<>();
  private final RunErrors errors;
  private final SeedLoading seeds;

  /** A context over a session, which it does not close. */
  public RunContext(
      Manifest manifest, MacroLibrary library, AdapterSession session, RunSetting runSetting) {
    this.manifest = manifest;
    this.session = session;
    this.runSetting = runSetting;
    this.setting =
        new ParseSetting(
            manifest.projectName(),
            manifest.target(),
            manifest.vars(),
            runSetting.environment(),
            runSetting.invocationId(),
            runSetting.startedAt(),
            runSetting.flags(),
            runSetting.log());
    this.macros = new MacroSession(library);
    this.refs = new RefIndex(manifest);
    this.errors = new RunErrors(library);
    this.seeds = new SeedLoading(manifest.folder(), session);
    this.shared = BaseNames.of(setting);
    shared.put("api", TemplateApi.ALL);
    shared.put("column", TemplateApi.COLUMN);
    shared.put("graph", new Lazy(() -> NodeDicts.graph(manifest)));
    shared.put("selected_resources", new ArrayList<>(runSetting.selected()));
    shared.put("doc", BaseNames.doc((packageName, name) -> java.util.Optional.of("")));
    shared.put("validation", Map.of("any", Members.function("any(value=None)", a -> null)));
    shared.put("schemas", new Lazy(this::schemas));
    shared.put("database_schemas", new Lazy(this::databaseSchemas));
  }

  private List<Object> schemas() {
    Set<Object> all = new LinkedHashSet<>();
    selectedRelations().forEach(relation -> all.add(relation.schema()));
    return new ArrayList<>(all);
  }

  private List<Object> databaseSchemas() {
    Set<Object> all = new LinkedHashSet<>();
    selectedRelations()
        .forEach(
            relation ->
                all.add(dev.millrace.jinja.value.Tuple.of(relation.database(), relation.schema())));
    return new ArrayList<>(all);
  }

  private List<Relation> selectedRelations() {
    return runSetting.selected().stream()
        .flatMap(id -> manifest.node(id).stream())
        .flatMap(node -> node.relation().stream())
        .toList();
  }

  /**
   * Renders a node's template. Queries that its macros ask for are run.
   *
   * @throws StopException if it fails, with the place in the project
   * @throws RetryException if the engine may succeed later
   */
  public CompiledNode compile(Node node) {
    return compile(node, (BatchNames) null);
  }

  /** As the other, for one batch of a microbatch model: it sees only rows of the batch's time. */
  public CompiledNode compile(Node node, @Nullable BatchNames batch) {
    return guarded(node, null, () -> render(node, names(node, batch)));
  }

  private RunNames names(Node node, @Nullable BatchNames batch) {
    RunNames names = new RunNames(this, node, node.packageName());
    if (batch != null) {
      batch.into(names);
    }
    if (node.type() == NodeType.UNIT_TEST) {
      UnitTestNames.into(names, node);
    }
    return names;
  }

  private CompiledNode render(Node node, RunNames names) {
    TestArguments.into(names, node);
    String name = node.file().path();
    Rendered rendered =
        macros.within(
            names.names().ofMacros(),
            () -> DbtJinja.RUN.compile(name, node.code()).render(names.names()));
    Map<String, CompiledNode> before = new LinkedHashMap<>();
    names.ephemeral().forEach(id -> collect(id, before));
    TemplatePlaces places = errors.places(name, Fragment.of(node.file(), node.code()));
    return new CompiledNode(
        node.id(),
        EphemeralQueries.before(rendered.text(), cteNames(before)),
        rendered.text(),
        List.copyOf(before.keySet()),
        (offset, length) -> places.at(rendered, offset, length));
  }

  /** An ephemeral model after those that it reads itself. */
  private void collect(String id, Map<String, CompiledNode> into) {
    if (into.containsKey(id)) {
      return;
    }
    CompiledNode compiled = ephemeral.get(id);
    if (compiled == null) {
      Node node = manifest.node(id).orElseThrow(() -> new IllegalStateException("no node " + id));
      compiled = compile(node);
      ephemeral.put(id, compiled);
    }
    compiled.ephemeral().forEach(inner -> collect(inner, into));
    into.put(id, compiled);
  }

  private Map<String, String> cteNames(Map<String, CompiledNode> compiled) {
    Map<String, String> queries = new LinkedHashMap<>();
    compiled.forEach(
        (id, query) ->
            queries.put(
                TemplateRelation.EPHEMERAL + manifest.node(id).map(Node::name).orElse(id),
                query.ownSql()));
    return queries;
  }

  /**
   * Runs a node's materialization with its hooks in one transaction: afterwards what it makes is as
   * before or as it should be. Hooks outside of the transaction run before and after it.
   *
   * @param compiled what {@link #compile} made of it; null for a node without SQL, such as a seed
   * @return what it made
   * @throws StopException if it fails, with the place in the project
   * @throws RetryException if it may succeed later
   */
  public List<Relation> materialize(Node node, @Nullable CompiledNode compiled) {
    return materialize(node, compiled, null);
  }

  /** As the other, for one batch of a microbatch model. */
  public List<Relation> materialize(
      Node node, @Nullable CompiledNode compiled, @Nullable BatchNames batch) {
    RunNames names = names(node, batch);
    setCompiled(names, compiled);
    String name = (node.lake().isPresent() ? "lake_" : "") + node.config().materialized();
    return relations(inTransaction(node, compiled, () -> begun(name, names)));
  }

  /**
   * Makes a view in the place of a node, over what an earlier run has of it.
   *
   * @return what it made; nothing if there is something already, or that run has nothing
   * @throws StopException if it fails
   * @throws RetryException if it may succeed later
   */
  public List<Relation> copy(Node node) {
    RunNames names = names(node, null);
    TemplateRelation there = deferred(node);
    names.names().set("sql", "select * from " + there);
    return relations(inTransaction(node, null, () -> begun("clone", names)));
  }

  private @Nullable Object begun(String materialization, RunNames names) {
    session.begin();
    return materialization(materialization, names);
  }

  private static List<Relation> relations(@Nullable Object result) {
    List<Relation> relations = new ArrayList<>();
    if (result instanceof Map<?, ?> map && map.get("relations") != null) {
      for (Object relation : Sequences.list(map.get("relations"))) {
        if (relation instanceof TemplateRelation made) {
          made.relation().ifPresent(relations::add);
        }
      }
    }
    return relations;
  }

  private @Nullable Object materialization(String name, RunNames names) {
    MacroDef macro =
        macros
            .library()
            .materialization(name)
            .orElseThrow(
                () ->
                    new PythonError(
                        "CompilationError",
                        "there is no materialization `"
                            + name
                            + "`; write view, table, incremental or ephemeral, or define it with"
                            + " `{% materialization "
                            + name
                            + ", default %}`"));
    return names.call(macro, Arguments.NONE);
  }

  private static void setCompiled(RunNames names, @Nullable CompiledNode compiled) {
    if (compiled != null) {
      names.names().set("sql", compiled.sql()).set("compiled_code", compiled.sql());
      names.model().put("compiled_code", compiled.sql());
      names.model().put("compiled_sql", compiled.sql());
      names.model().put("compiled", true);
    }
  }

  /** Commits what work has begun, or rolls it back. */
  private <T extends @Nullable Object> T inTransaction(
      @Nullable Node node, @Nullable CompiledNode compiled, Supplier<T> work) {
    try {
      return guarded(
          node,
          compiled,
          () -> {
            T result = work.get();
            session.commit();
            return result;
          });
    } finally {
      session.rollback();
    }
  }

  /**
   * Runs a test.
   *
   * @return one row: {@code failures}, {@code should_warn}, {@code should_error}
   * @throws StopException if its SQL fails; that it finds something is no failure
   */
  public QueryResult test(Node node, CompiledNode compiled) {
    RunNames names = new RunNames(this, node, node.packageName());
    setCompiled(names, compiled);
    return inTransaction(
        node,
        compiled,
        () -> {
          main = null;
          MacroDef macro =
              macros
                  .library()
                  .materialization(node.config().text("materialized").orElse("test"))
                  .orElseThrow();
          if (!macro.packageName().equals(MacroLibrary.INTERNAL)) {
            // dbt's own begin a transaction when they write, which most tests do not.
            session.begin();
          }
          names.call(macro, Arguments.NONE);
          QueryResult result = main;
          if (result == null) {
            throw new PythonError("CompilationError", "the test ran no statement `main`");
          }
          return result;
        });
  }

  private @Nullable QueryResult last;
  private @Nullable QueryResult main;

  /** The statement {@code main} is the one whose rows were fetched last. */
  void keepMain() {
    main = last;
  }

  /**
   * Calls a macro as the root project's templates see it, in one transaction.
   *
   * @param macro its name, in any package, or {@code package.name}
   * @throws StopException if it fails, with the place in the project
   */
  public @Nullable Object call(String macro, Arguments arguments) {
    RunNames names = new RunNames(this, null, manifest.projectName());
    return inTransaction(
        null,
        null,
        () -> {
          session.begin();
          return names.call(operation(macro), arguments);
        });
  }

  private MacroDef operation(String name) {
    MacroLibrary library = macros.library();
    return library
        .operation(name)
        .orElseThrow(
            () -> {
              String hint = Suggestion.didYouMean(name, library.names());
              return new PythonError(
                  "UndefinedError",
                  "there is no macro `" + name + "`" + (hint == null ? "" : "; " + hint));
            });
  }

  private <T extends @Nullable Object> T guarded(
      @Nullable Node node, @Nullable CompiledNode compiled, Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      throw errors.of(e, node, compiled);
    }
  }

  /**
   * Runs the SQL of a hook of the project, statement by statement.
   *
   * @throws StopException if it fails, with the place in the project
   */
  public void execute(Node hook, CompiledNode compiled) {
    guarded(hook, compiled, () -> execute(compiled.sql(), false));
  }

  /**
   * Asks how old a source's newest row is.
   *
   * @return one row: {@code max_loaded_at}, {@code snapshotted_at}
   * @throws StopException if its query fails
   */
  public QueryResult freshness(Node source) {
    RunNames names = names(source, null);
    return guarded(
        source,
        null,
        () -> {
          last = null;
          Object query = source.extra().get("loaded_at_query");
          if (query != null) {
            String rendered =
                macros.within(
                    names.names().ofMacros(),
                    () ->
                        DbtJinja.RUN
                            .compile("loaded_at_query", String.valueOf(query))
                            .render(names.names())
                            .text());
            names.call("collect_freshness_custom_sql", Arguments.of(relationOf(source), rendered));
          } else {
            Object filter =
                source.extra().get("freshness") instanceof Map<?, ?> map ? map.get("filter") : null;
            names.call(
                "collect_freshness",
                Arguments.of(relationOf(source), source.extra().get("loaded_at_field"), filter));
          }
          QueryResult result = last;
          if (result == null || result.rows().size() != 1) {
            throw new PythonError("CompilationError", "the query of its freshness gave no row");
          }
          return result;
        });
  }

  /**
   * Tells hooks at the end how nodes ended: {@code results}, {@code schemas} and {@code
   * database_schemas}.
   */
  public void setResults(List<Object> results, Set<String> builtSchemas) {
    shared.put("results", results);
    shared.put("schemas", new ArrayList<>(builtSchemas));
    List<Object> pairs = new ArrayList<>();
    builtSchemas.forEach(
        schema ->
            pairs.add(dev.millrace.jinja.value.Tuple.of(manifest.target().database(), schema)));
    shared.put("database_schemas", pairs);
  }

  /** A node as templates see it: {@code model}. */
  public static Map<String, @Nullable Object> describe(Node node) {
    return NodeDicts.of(node);
  }

  /** Runs the SQL of macros. The engine counts lines from the first word, so it begins there. */
  QueryResult execute(String text, boolean fetch) {
    String sql = text.strip();
    errors.running(sql);
    QueryResult result = session.execute(sql, fetch);
    errors.finished();
    if (fetch) {
      last = result;
    }
    return result;
  }

  /** Where a node's rows are. */
  TemplateRelation relationOf(Node target) {
    Relation own =
        target
            .relation()
            .orElseThrow(
                () ->
                    new PythonError("CompilationError", "`" + target.name() + "` has no relation"));
    Relation deferred = runSetting.deferred().get(target.id());
    if (deferred != null && (isStateFavoured() || session.find(own).isEmpty())) {
      own = deferred;
    }
    return External.of(target, TemplateRelation.of(own));
  }

  private boolean isStateFavoured() {
    return Boolean.TRUE.equals(runSetting.flags().get("FAVOR_STATE"));
  }

  /** Where an earlier run has a node's rows; null if it is not asked for, or has none. */
  @Nullable TemplateRelation deferred(Node node) {
    Relation there = runSetting.deferred().get(node.id());
    return there == null ? null : TemplateRelation.of(there);
  }

  Optional<EventTime> sample() {
    return runSetting.sample();
  }

  boolean isEmpty() {
    return Boolean.TRUE.equals(runSetting.flags().get("EMPTY"));
  }

  SeedLoading seeds() {
    return seeds;
  }

  /** Shows a warning that nobody in this invocation has shown yet. */
  void warnOnce(String message) {
    if (runSetting.warned().add(message)) {
      runSetting.log().accept("Warning: " + message);
    }
  }

  Var var(String packageName, Map<String, @Nullable Object> names) {
    return new Var(
        manifest.vars().getOrDefault(packageName, Map.of()),
        true,
        text -> DbtJinja.RUN.compile("var", text).render(names).text());
  }

  Manifest manifest() {
    return manifest;
  }

  AdapterSession session() {
    return session;
  }

  ParseSetting setting() {
    return setting;
  }

  MacroSession macros() {
    return macros;
  }

  RefIndex refs() {
    return refs;
  }

  Map<String, @Nullable Object> shared() {
    return shared;
  }
}
