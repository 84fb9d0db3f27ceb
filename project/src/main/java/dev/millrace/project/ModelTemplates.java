package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.yaml.YamlNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The template language of a project's files; module {@code dbt} implements it. */
public interface ModelTemplates {
  /**
   * Compiles the project's macros.
   *
   * @param problems gets what is wrong with them
   */
  Session open(Setting setting, Problems problems);

  /**
   * What templates can see of the project.
   *
   * @param project its name
   * @param target the chosen target's name
   * @param vars what {@code var()} returns
   * @param environment what {@code env_var()} returns
   * @param macros the files that define macros
   * @param packages by name: the files of packages that define macros
   * @param returns what macros return in place of what they are defined to, by name; for unit tests
   */
  record Setting(
      String project,
      String target,
      Map<String, Object> vars,
      Map<String, String> environment,
      List<TextFile> macros,
      Map<String, List<TextFile>> packages,
      Map<String, Object> returns) {
    /** Copies the list and the maps. */
    public Setting {
      macros = List.copyOf(macros);
      packages = Map.copyOf(packages);
      returns = Map.copyOf(returns);
    }

    /** A setting in which macros are what they are. */
    public Setting(
        String project,
        String target,
        Map<String, Object> vars,
        Map<String, String> environment,
        List<TextFile> macros,
        Map<String, List<TextFile>> packages) {
      this(project, target, vars, environment, macros, packages, Map.of());
    }
  }

  /** The templates of one project. */
  interface Session {
    /**
     * Renders a text of a YAML file.
     *
     * @param places where the text stands
     * @param problems gets what is wrong with it; never the value of an environment variable
     * @return empty if there was a problem
     */
    Optional<String> text(String template, YamlNode.Places places, Problems problems);

    /**
     * Renders a model.
     *
     * @param config of the model, as its properties and {@code millrace.yml} have it
     * @param ephemeral names of the models that {@code ref()} renders as {@code
     *     "__dbt__cte__name"}; any other as {@code "name"}
     * @param problems gets what is wrong with it; an unknown model or source is not
     * @return empty if there was a problem
     */
    Optional<RenderedModel> model(
        TextFile file, Map<String, Object> config, Set<String> ephemeral, Problems problems);
  }

  /**
   * A rendered model.
   *
   * @param sql its SELECT
   * @param sourceMap finds the place in the files for a place in {@code sql}
   * @param config what its {@code config()} calls say, with places
   * @param references its {@code ref()} and {@code source()} calls, in order, each time they are
   *     called
   */
  record RenderedModel(
      String sql,
      ModelSpec.SourceMap sourceMap,
      List<ConfigValue> config,
      List<Reference> references) {
    /** Copies the lists. */
    public RenderedModel {
      config = List.copyOf(config);
      references = List.copyOf(references);
    }
  }

  /**
   * One key of a {@code config()} call; the value is a String, Long, Double, Boolean, List or Map.
   */
  record ConfigValue(String key, Object value, SourceLocation where) {}

  /**
   * A call of {@code ref(model)} or {@code source(source, stream)}.
   *
   * @param source empty text for {@code ref()}
   * @param name the model, or the stream of the source
   * @param packageName the package that the model is in; empty if it is the project's own
   * @param version of the model that was asked for
   * @param where the place of the call
   */
  record Reference(
      String source,
      String name,
      Optional<String> packageName,
      Optional<String> version,
      SourceLocation where) {
    /** A reference to something of the project's own that has no versions. */
    public Reference(String source, String name, SourceLocation where) {
      this(source, name, Optional.empty(), Optional.empty(), where);
    }

    /** The asset's id: the model's name, {@code package.model} or {@code source.stream}. */
    public String id() {
      return source.isEmpty()
          ? packageName.map(p -> p + "." + name).orElse(name)
          : source + "." + name;
    }

    /** True if only {@code millrace build} knows what it means: packages' models, and versions. */
    boolean isOfBuild() {
      return packageName.isPresent() || version.isPresent();
    }
  }
}
