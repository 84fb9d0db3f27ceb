package dev.millrace.dbt.context;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.TemplatePlaces;
import dev.millrace.dbt.TemplatePlaces.Fragment;
import dev.millrace.dbt.macro.DbtJinja;
import dev.millrace.dbt.macro.MacroDef;
import dev.millrace.dbt.macro.MacroLibrary;
import dev.millrace.dbt.macro.MacroSession;
import dev.millrace.jinja.Template;
import dev.millrace.jinja.TemplateException;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.project.yaml.YamlNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Renders templates while a project is read ({@code execute} is false), to learn what they refer to
 * and how they are configured. For one thread.
 */
public final class NodeParser {
  private final MacroSession session;
  private final ParseSetting setting;
  private final Map<String, @Nullable Object> shared;

  /** A parser over the macros of a project. */
  public NodeParser(MacroLibrary library, ParseSetting setting) {
    this.session = new MacroSession(library);
    this.setting = setting;
    this.shared = BaseNames.of(setting);
  }

  /**
   * Renders a resource's template and the hooks of its configuration.
   *
   * @param problems gets what fails
   */
  public ParsedNode parse(ParseInput input, Problems problems) {
    Fragment fragment = Fragment.of(input.file(), input.code());
    String template = input.file().path();
    TemplatePlaces places = places(template, fragment);
    ParseNames names = new ParseNames(this, input, places);
    boolean complete =
        guarded(
                places,
                problems,
                () -> {
                  names.render(template, input.code());
                  names.renderHooks();
                  return "";
                })
            .isPresent();
    return names.parsed(complete);
  }

  TemplatePlaces places(String template, Fragment fragment) {
    MacroLibrary library = session.library();
    return new TemplatePlaces(name -> name.equals(template) ? fragment : library.fragment(name));
  }

  private <T> Optional<T> guarded(TemplatePlaces places, Problems problems, Supplier<T> work) {
    try {
      return Optional.of(work.get());
    } catch (TemplateException e) {
      problems.add(places.problem(e));
      return Optional.empty();
    }
  }

  /**
   * The text of a YAML file, rendered: {@code var}, {@code env_var}, {@code target}, {@code doc}.
   *
   * @param packageName whose variables are meant
   * @param where the text's place
   * @param docs blocks of documentation
   * @param problems gets what fails
   */
  public Optional<String> text(
      String packageName, String template, YamlNode.Places where, Docs docs, Problems problems) {
    if (!isTemplate(template)) {
      return Optional.of(template);
    }
    TemplatePlaces places = TemplatePlaces.inText(template, where);
    return guarded(
        places,
        problems,
        () ->
            DbtJinja.RUN
                .compile(TemplatePlaces.TEXT, template)
                .render(yamlNames(packageName, docs))
                .text());
  }

  /**
   * As {@link #text}, for a text whose value may be a number, a boolean or a list: that of a single
   * expression is its value. Empty if it failed; a null value is {@link Value}'s.
   */
  public Optional<Value> value(
      String packageName, String template, YamlNode.Places where, Docs docs, Problems problems) {
    if (!isTemplate(template)) {
      return Optional.of(new Value(template));
    }
    TemplatePlaces places = TemplatePlaces.inText(template, where);
    return guarded(
        places,
        problems,
        () ->
            new Value(
                DbtJinja.NATIVE
                    .compile(TemplatePlaces.TEXT, template)
                    .evaluate(yamlNames(packageName, docs))));
  }

  /** A value, which may be null. */
  public record Value(@Nullable Object value) {}

  static boolean isTemplate(String text) {
    return text.contains("{{") || text.contains("{%") || text.contains("{#");
  }

  private Map<String, @Nullable Object> yamlNames(String packageName, Docs docs) {
    TemplateNames names = TemplateNames.of(null, packageName, shared, macro -> {});
    names.set("var", var(packageName, names));
    names.set("doc", BaseNames.doc(docs));
    return names;
  }

  /** {@code var()} of a package's templates; what is missing is None while a project is read. */
  Var var(String packageName, Map<String, @Nullable Object> names) {
    return new Var(
        setting.vars().getOrDefault(packageName, Map.of()),
        false,
        text -> DbtJinja.RUN.compile("var", text).render(names).text());
  }

  /**
   * Calls a macro such as {@code generate_schema_name}, as the root project's templates see it.
   *
   * @param name without package
   * @param node the argument {@code node}: name, config, tags and so on, as templates see them
   * @return what it returned; text is stripped
   * @throws TemplateException if it fails; {@link #places()} finds the place
   */
  public @Nullable Object call(
      String name, Arguments arguments, @Nullable Map<String, ? extends @Nullable Object> node) {
    MacroDef macro =
        session
            .library()
            .find(setting.rootProject(), name)
            .orElseThrow(() -> new PythonError("UndefinedError", "'" + name + "' is undefined"));
    TemplateNames names = TemplateNames.of(session, setting.rootProject(), shared, seen -> {});
    names.set("var", var(setting.rootProject(), names));
    names.set("execute", false);
    names.set("adapter", new ParseAdapter(session, setting.rootProject(), setting));
    names.set("api", TemplateApi.ALL);
    names.set("database", setting.target().database());
    names.set("schema", setting.target().schema());
    if (node != null) {
      names.set("model", node);
      names.set("node", node);
    }
    Arguments all = arguments;
    if (node != null
        && macro.arguments().contains("node")
        && !arguments.keywords().containsKey("node")) {
      Map<String, @Nullable Object> keywords = new HashMap<>(arguments.keywords());
      keywords.put("node", node);
      all = Arguments.of(arguments.positional().toArray(), keywords);
    }
    Arguments given = all;
    Object result = session.within(names.ofMacros(), () -> session.macro(macro).call(given));
    return result instanceof CharSequence text ? Printing.str(text).strip() : result;
  }

  /** Places in files of macros, for errors of {@link #call}. */
  public TemplatePlaces places() {
    return new TemplatePlaces(session.library()::fragment);
  }

  MacroSession session() {
    return session;
  }

  ParseSetting setting() {
    return setting;
  }

  Map<String, @Nullable Object> shared() {
    return shared;
  }

  Template compile(String name, String code) {
    return DbtJinja.PARSE.compile(name, code);
  }
}
