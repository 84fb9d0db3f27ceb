package dev.millrace.dbt.context;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.type.Identifier;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.TemplatePlaces;
import dev.millrace.dbt.macro.MacroSession;
import dev.millrace.jinja.Origin;
import dev.millrace.jinja.PlacedCallable;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.project.ModelTemplates;
import dev.millrace.project.ModelTemplates.ConfigValue;
import dev.millrace.project.ModelTemplates.Reference;
import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names that a model sees that is kept up to date; remembers what the model says about itself.
 */
final class ModelNames extends TextNames {
  private static final String EPHEMERAL = "__dbt__cte__";

  private final TemplatePlaces places;
  private final String project;
  private final Set<String> ephemeral;
  private final Map<String, Object> known;
  private final List<ConfigValue> config = new ArrayList<>();
  private final List<Reference> references = new ArrayList<>();

  ModelNames(
      ModelTemplates.Setting setting,
      TemplatePlaces places,
      Problems problems,
      TextFile file,
      Map<String, Object> config,
      Set<String> ephemeral) {
    super(setting, places, problems);
    this.places = places;
    this.project = setting.project();
    this.ephemeral = Set.copyOf(ephemeral);
    this.known = new HashMap<>(config);
    String fileName = file.path().substring(file.path().lastIndexOf('/') + 1);
    String name = fileName.replaceFirst("\\.sql$", "");
    names().put("ref", placed(this::ref));
    names().put("source", placed(this::source));
    names().put("config", new Config());
    names().put("this", Identifier.quote(name));
    names().put("model", Map.of("name", name, "original_file_path", file.path()));
    names().put("execute", false);
  }

  /**
   * The names for {@code render}: macros first, as dbt has it, and before them what a unit test has
   * macros return.
   */
  TemplateNames over(MacroSession session, Map<String, Object> shared, ParseSetting parse) {
    TemplateNames all = TemplateNames.of(session, project, shared, macro -> {});
    all.override("is_incremental", (Callable) arguments -> false);
    names().forEach(all::set);
    all.set("target", shared.get("target"));
    all.set("adapter", new ParseAdapter(session, project, parse));
    all.set("api", TemplateApi.ALL);
    setting().returns().forEach((name, value) -> replace(name, arguments -> value, session, all));
    return all;
  }

  private void replace(String name, Callable macro, MacroSession session, TemplateNames all) {
    int dot = name.indexOf('.');
    String prefix = dot < 0 ? project : name.substring(0, dot);
    String plain = name.substring(dot + 1);
    if (dot < 0) {
      all.override(name, macro);
    }
    Map<Object, @Nullable Object> ofPackage = new HashMap<>();
    if (all.get(prefix) instanceof Map<?, ?> before) {
      ofPackage.putAll(before);
    }
    ofPackage.put(plain, macro);
    all.override(prefix, ofPackage);
  }

  /** What {@code config()} was called with. */
  List<ConfigValue> config() {
    return config;
  }

  /** What {@code ref()} and {@code source()} were called with. */
  List<Reference> references() {
    return references;
  }

  private Object ref(Arguments arguments, SourceLocation where) {
    int count = arguments.count();
    if (count < 1 || count > 2) {
      error(
          DbtError.BAD_CALL,
          where,
          "`ref()` with " + count + " names",
          "write `ref('model')`, or `ref('package', 'model')`");
      return "";
    }
    String name = arguments.text(count - 1, "model_name");
    Optional<String> in =
        count == 2
            ? Optional.of(arguments.text(0, "package")).filter(p -> !p.equals(project))
            : Optional.empty();
    Object version = arguments.keywords().getOrDefault("v", arguments.keywords().get("version"));
    references.add(
        new Reference("", name, in, Optional.ofNullable(version).map(Printing::str), where));
    return Identifier.quote(ephemeral.contains(name) ? EPHEMERAL + name : name);
  }

  private Object source(Arguments arguments, SourceLocation where) {
    if (arguments.count() != 2) {
      error(
          DbtError.BAD_CALL,
          where,
          "`source()` with " + arguments.count() + " name" + (arguments.count() == 1 ? "" : "s"),
          "write `source('source', 'stream')`");
      return "";
    }
    String source = arguments.text(0, "source_name");
    String stream = arguments.text(1, "table_name");
    references.add(new Reference(source, stream, where));
    return Identifier.quote(source) + "." + Identifier.quote(stream);
  }

  /** {@code config(...)}, {@code config.get(...)} and {@code config.require(...)}. */
  private final class Config implements PlacedCallable, Attributes {
    @Override
    public @Nullable Object call(Arguments arguments, Origin where) {
      for (Object positional : arguments.positional()) {
        if (positional instanceof Map<?, ?> map) {
          map.forEach((key, value) -> put(String.valueOf(key), value, where));
        } else {
          error(
              DbtError.BAD_CALL,
              places.ofCall(where),
              "`config()` with a value that has no key",
              "write `config(materialized='stream')`");
        }
      }
      arguments.keywords().forEach((key, value) -> put(key, value, where));
      return "";
    }

    private void put(String key, @Nullable Object value, Origin call) {
      if (value != null) {
        config.add(new ConfigValue(key, value, places.ofArgument(call, key)));
        known.put(key, value);
      }
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "get" ->
            (Callable)
                arguments -> {
                  Object value = known.get(arguments.text(0, "name"));
                  return value != null ? value : arguments.get(1, "default", null);
                };
        case "require" ->
            (Callable)
                arguments -> {
                  String key = arguments.text(0, "name");
                  Object value = known.get(key);
                  if (value == null) {
                    throw new PythonError(
                        "CompilationError", "the configuration has no `" + key + "`");
                  }
                  return value;
                };
        default -> ABSENT;
      };
    }
  }
}
