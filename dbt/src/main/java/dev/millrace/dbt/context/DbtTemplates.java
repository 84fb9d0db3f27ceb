package dev.millrace.dbt.context;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.TemplatePlaces;
import dev.millrace.dbt.TemplatePlaces.Fragment;
import dev.millrace.dbt.macro.DbtJinja;
import dev.millrace.dbt.macro.MacroLibrary;
import dev.millrace.dbt.macro.MacroSession;
import dev.millrace.dbt.manifest.DbtTarget;
import dev.millrace.jinja.Rendered;
import dev.millrace.jinja.Template;
import dev.millrace.jinja.TemplateException;
import dev.millrace.project.ModelTemplates;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Templates of models that are kept up to date, and of a Millrace project's files: {@code ref},
 * {@code source}, {@code config}, {@code var}, {@code env_var}, and the macros of the project, of
 * its packages and of dbt. A name that nothing has is an error here, also in the project's macros.
 * Stateless; a session serves one thread.
 */
public final class DbtTemplates implements ModelTemplates {
  /** Templates with dbt's names. */
  public DbtTemplates() {}

  @Override
  public Session open(Setting setting, Problems problems) {
    Map<String, List<TextFile>> files = new LinkedHashMap<>();
    files.put(setting.project(), setting.macros());
    files.putAll(setting.packages());
    Problems own = new Problems();
    MacroLibrary library =
        MacroLibrary.of(setting.project(), files, Map.of(), DbtJinja.STRICT, own);
    own.all().forEach(problems::add);
    return new DbtSession(setting, library, !own.hasErrors());
  }

  private static final class DbtSession implements Session {
    private final Setting setting;
    private final MacroSession macros;
    private final ParseSetting parse;
    private final Map<String, @Nullable Object> shared;
    private final boolean complete;

    DbtSession(Setting setting, MacroLibrary library, boolean complete) {
      this.setting = setting;
      this.macros = new MacroSession(library);
      this.complete = complete;
      this.parse =
          new ParseSetting(
              setting.project(),
              new DbtTarget(setting.project(), setting.target(), "store", "main", 1, Map.of()),
              Map.of(),
              setting.environment(),
              UUID.randomUUID().toString(),
              Instant.now(),
              Map.of(),
              line -> {});
      this.shared = BaseNames.of(parse);
    }

    @Override
    public Optional<String> text(String template, YamlNode.Places where, Problems problems) {
      TemplatePlaces places = TemplatePlaces.inText(template, where);
      TextNames context = new TextNames(setting, places, problems);
      try {
        String text =
            DbtJinja.STRICT.compile(TemplatePlaces.TEXT, template).render(context.names()).text();
        return context.isFaulty() ? Optional.empty() : Optional.of(text);
      } catch (TemplateException e) {
        problems.add(places.problem(e));
        return Optional.empty();
      }
    }

    @Override
    public Optional<RenderedModel> model(
        TextFile file, Map<String, Object> config, Set<String> ephemeral, Problems problems) {
      Fragment own = Fragment.of(file);
      TemplatePlaces places =
          new TemplatePlaces(
              name -> name.equals(file.path()) ? own : macros.library().fragment(name));
      ModelNames model = new ModelNames(setting, places, problems, file, config, ephemeral);
      try {
        Template template = DbtJinja.STRICT.compile(file.path(), file.text());
        TemplateNames names = model.over(macros, shared, parse);
        Rendered rendered = macros.within(names, () -> template.render(names));
        return model.isFaulty()
            ? Optional.empty()
            : Optional.of(
                new RenderedModel(
                    rendered.text(),
                    (offset, length) -> places.at(rendered, offset, length),
                    model.config(),
                    model.references()));
      } catch (TemplateException e) {
        Problem problem = places.problem(e);
        // While a file of macros does not compile, an unknown name is probably one of them.
        if (complete || problem.code() != DbtError.UNKNOWN_NAME) {
          problems.add(problem);
        }
        return Optional.empty();
      }
    }
  }
}
