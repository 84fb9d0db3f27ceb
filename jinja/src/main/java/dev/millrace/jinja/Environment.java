package dev.millrace.jinja;

import dev.millrace.jinja.syntax.Delimiters;
import dev.millrace.jinja.syntax.Parser;
import dev.millrace.jinja.syntax.SourceText;
import dev.millrace.jinja.syntax.Statement;
import dev.millrace.jinja.syntax.SyntaxException;
import dev.millrace.jinja.syntax.Tag;
import dev.millrace.jinja.value.Undefined;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings that templates share: delimiters, globals, filters, tests, tags, and where other
 * templates are found. Immutable; used by any number of threads.
 */
public final class Environment {
  private final Delimiters delimiters;
  private final Undefined.Behaviour undefined;
  private final boolean autoescape;
  private final boolean bindMacros;
  private final Map<String, @Nullable Object> globals;
  private final Map<String, Filter> filters;
  private final Map<String, Test> tests;
  private final Map<String, Tag> tags;
  private final Loader loader;
  private final Map<String, Template> loaded = new ConcurrentHashMap<>();

  private Environment(Builder builder) {
    this.delimiters = builder.delimiters;
    this.undefined = builder.undefined;
    this.autoescape = builder.autoescape;
    this.bindMacros = builder.bindMacros;
    this.globals = Collections.unmodifiableMap(new HashMap<>(builder.globals));
    this.filters = Map.copyOf(builder.filters);
    this.tests = Map.copyOf(builder.tests);
    this.tags = Map.copyOf(builder.tags);
    this.loader = builder.loader;
  }

  /** A builder with Jinja's defaults: its globals, filters and tests, no loader, no escaping. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Compiles a template.
   *
   * @param name its name in messages and origins, such as the file's path in its project
   * @throws TemplateException when it does not parse, or uses a filter or test that nobody knows
   */
  public Template compile(String name, String text) {
    SourceText source = new SourceText(name, text);
    Site start = new Site(source, 0, false);
    try {
      List<Statement> statements = Parser.parse(source, delimiters, tags);
      StatementCompiler compiler = new StatementCompiler(source, this);
      Scope scope = Scope.root();
      Exec body = compiler.scope(statements, scope);
      Eval single =
          statements.size() == 1 && statements.get(0) instanceof Statement.Output output
              ? compiler.expressions().compile(output.value(), scope)
              : null;
      return new Template(this, start, body, scope.size(), compiler.blocks(), single, List.of());
    } catch (SyntaxException e) {
      throw syntaxError(source, e);
    } catch (StackOverflowError e) {
      throw start.error("TemplateSyntaxError", "the template is nested too deeply", e);
    }
  }

  /**
   * Compiles the macros of a template's top level and nothing around them. An unknown filter or
   * test is an error only when it runs, as most macros of a library are never called. {@link
   * Template#macros} tells what there is.
   *
   * @param name its name in messages and origins
   * @throws TemplateException when it does not parse
   */
  public Template compileMacros(String name, String text) {
    SourceText source = new SourceText(name, text);
    Site start = new Site(source, 0, false);
    try {
      List<Statement> macros =
          Parser.parse(source, delimiters, tags).stream()
              .filter(Statement.Macro.class::isInstance)
              .toList();
      StatementCompiler compiler = new StatementCompiler(source, this);
      compiler.expressions().enterCondition();
      Scope scope = Scope.root();
      Exec body = compiler.scope(macros, scope);
      List<MacroSignature> signatures =
          macros.stream().map(macro -> MacroSignature.of((Statement.Macro) macro, source)).toList();
      return new Template(this, start, body, scope.size(), Map.of(), null, signatures);
    } catch (SyntaxException e) {
      throw syntaxError(source, e);
    } catch (StackOverflowError e) {
      throw start.error("TemplateSyntaxError", "the template is nested too deeply", e);
    }
  }

  /** Compiles a single expression, written without delimiters; see {@link Template#evaluate}. */
  public Template compileExpression(String name, String text) {
    SourceText source = new SourceText(name, text);
    try {
      ExpressionCompiler compiler = new ExpressionCompiler(source, this);
      Eval value = compiler.compile(Parser.parseExpression(source), Scope.root());
      Site site = new Site(source, 0, false);
      Exec body =
          frame -> {
            frame.out.write(Outputs.text(frame.run, value.eval(frame)), site);
            return Exec.NORMAL;
          };
      return new Template(this, site, body, 0, Map.of(), value, List.of());
    } catch (SyntaxException e) {
      throw syntaxError(source, e);
    }
  }

  private static TemplateException syntaxError(SourceText source, SyntaxException e) {
    return new TemplateException(
        e.type(),
        e.text(),
        source.name(),
        source.line(e.offset()),
        source.column(e.offset()),
        e.hint(),
        e);
  }

  /** The loader's template of that name, compiled once; null when there is none. */
  @Nullable Template find(String name) {
    Template known = loaded.get(name);
    if (known != null) {
      return known;
    }
    Optional<String> source = loader.source(name);
    if (source.isEmpty()) {
      return null;
    }
    Template template = compile(name, source.get());
    loaded.putIfAbsent(name, template);
    return template;
  }

  /**
   * The loader's template of that name.
   *
   * @throws TemplateException when there is none, or when it does not compile
   */
  public Template template(String name) {
    Template template = find(name);
    if (template == null) {
      throw new TemplateException(
          "TemplateNotFound", "'" + name + "' not found", name, 1, 1, null, null);
    }
    return template;
  }

  public Undefined.Behaviour undefined() {
    return undefined;
  }

  boolean autoescape() {
    return autoescape;
  }

  boolean bindMacros() {
    return bindMacros;
  }

  Map<String, @Nullable Object> globals() {
    return globals;
  }

  @Nullable Filter filter(String name) {
    return filters.get(name);
  }

  @Nullable Test test(String name) {
    return tests.get(name);
  }

  Set<String> filterNames() {
    return filters.keySet();
  }

  Set<String> testNames() {
    return tests.keySet();
  }

  /** Collects an environment's settings. */
  public static final class Builder {
    private Delimiters delimiters = Delimiters.DEFAULT;
    private Undefined.Behaviour undefined = Undefined.Behaviour.DEFAULT;
    private boolean autoescape;
    private boolean bindMacros = true;
    private final Map<String, @Nullable Object> globals = new LinkedHashMap<>(Globals.ALL);
    private final Map<String, Filter> filters = new HashMap<>(Builtins.filters());
    private final Map<String, Test> tests = new HashMap<>(Builtins.tests());
    private final Map<String, Tag> tags = new HashMap<>();
    private Loader loader = name -> Optional.empty();

    private Builder() {}

    public Builder delimiters(Delimiters delimiters) {
      this.delimiters = delimiters;
      return this;
    }

    /** Jinja's {@code trim_blocks}: the line end after a block tag goes; default false. */
    public Builder trimBlocks(boolean trim) {
      delimiters =
          delimiters.whitespace(trim, delimiters.lstripBlocks(), delimiters.keepTrailingNewline());
      return this;
    }

    /** Jinja's {@code lstrip_blocks}: white space before a block tag goes; default false. */
    public Builder lstripBlocks(boolean lstrip) {
      delimiters =
          delimiters.whitespace(delimiters.trimBlocks(), lstrip, delimiters.keepTrailingNewline());
      return this;
    }

    /** Jinja's {@code keep_trailing_newline}: default false. */
    public Builder keepTrailingNewline(boolean keep) {
      delimiters = delimiters.whitespace(delimiters.trimBlocks(), delimiters.lstripBlocks(), keep);
      return this;
    }

    /** Lines that begin with this are statements, or null for none. */
    public Builder lineStatementPrefix(@Nullable String prefix) {
      delimiters = delimiters.lines(prefix, delimiters.lineCommentPrefix());
      return this;
    }

    /** What follows this is a comment up to the end of the line, or null for none. */
    public Builder lineCommentPrefix(@Nullable String prefix) {
      delimiters = delimiters.lines(delimiters.lineStatementPrefix(), prefix);
      return this;
    }

    public Builder undefined(Undefined.Behaviour behaviour) {
      this.undefined = behaviour;
      return this;
    }

    /** Whether output is HTML and escaped; default false. */
    public Builder autoescape(boolean escape) {
      this.autoescape = escape;
      return this;
    }

    /**
     * Whether a macro of a template's top level is a variable of that template, as in Jinja;
     * default true. With false it is only exported: calls of it go to whatever the context holds
     * under its name, so that a project can replace a package's macro.
     */
    public Builder bindMacros(boolean bind) {
      this.bindMacros = bind;
      return this;
    }

    public Builder global(String name, @Nullable Object value) {
      globals.put(name, value);
      return this;
    }

    public Builder globals(Map<String, ? extends @Nullable Object> values) {
      globals.putAll(values);
      return this;
    }

    public Builder filter(String name, Filter filter) {
      filters.put(name, filter);
      return this;
    }

    public Builder test(String name, Test test) {
      tests.put(name, test);
      return this;
    }

    /** A custom tag, which may also replace a built-in one. */
    public Builder tag(String name, Tag tag) {
      tags.put(name, tag);
      return this;
    }

    public Builder loader(Loader loader) {
      this.loader = loader;
      return this;
    }

    public Environment build() {
      return new Environment(this);
    }
  }
}
