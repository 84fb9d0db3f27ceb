package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.project.ModelSet.Draft;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A project's models as unit tests see them: rendered with other variables and macros, or without
 * models that a test gives as rows. Each variant is made once.
 */
final class ModelVariants {
  private final BiFunction<Overrides, Problems, Rendering> rendering;
  private final Problems problems;
  private final Map<Overrides, Optional<Rendering>> renderings = new HashMap<>();
  private final Map<Variant, List<ModelSpec>> variants = new HashMap<>();

  /** What a unit test sets for its models' templates. */
  record Overrides(
      Map<String, Object> vars, Map<String, String> environment, Map<String, Object> macros) {
    static final Overrides NONE = new Overrides(Map.of(), Map.of(), Map.of());

    Overrides {
      vars = Map.copyOf(vars);
      environment = Map.copyOf(environment);
      macros = Map.copyOf(macros);
    }

    /** A project's setting with them in it. */
    ModelTemplates.Setting over(ModelTemplates.Setting setting) {
      Map<String, Object> allVars = new HashMap<>(setting.vars());
      allVars.putAll(vars);
      Map<String, String> allVariables = new HashMap<>(setting.environment());
      allVariables.putAll(environment);
      return new ModelTemplates.Setting(
          setting.project(),
          setting.target(),
          allVars,
          allVariables,
          setting.macros(),
          setting.packages(),
          macros);
    }
  }

  /** The models of a project, rendered once. */
  record Rendering(ModelReader reader, List<Draft> ordered) {}

  private record Variant(Overrides overrides, Set<String> given) {}

  /**
   * Variants of a project.
   *
   * @param rendering renders the models, and adds what is wrong with them
   */
  ModelVariants(
      Rendering plain, BiFunction<Overrides, Problems, Rendering> rendering, Problems problems) {
    this.rendering = rendering;
    this.problems = problems;
    renderings.put(Overrides.NONE, Optional.of(plain));
  }

  /** The models in order; empty if they cannot be rendered so, which is a problem then. */
  Optional<List<ModelSpec>> models(Overrides overrides, Set<String> given) {
    Optional<Rendering> rendered = renderings.computeIfAbsent(overrides, this::render);
    return rendered.map(
        r ->
            variants.computeIfAbsent(
                new Variant(overrides, Set.copyOf(given)),
                v -> r.reader().specs(r.ordered(), v.given())));
  }

  private Optional<Rendering> render(Overrides overrides) {
    Problems own = new Problems();
    Rendering rendered = rendering.apply(overrides, own);
    if (own.hasErrors()) {
      own.all().forEach(problems::add);
      return Optional.empty();
    }
    return Optional.of(rendered);
  }
}
