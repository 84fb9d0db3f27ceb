package dev.millrace.dbt;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.jinja.Environment;
import dev.millrace.jinja.Macro;
import dev.millrace.jinja.Rendered;
import dev.millrace.jinja.Template;
import dev.millrace.jinja.TemplateException;
import dev.millrace.jinja.value.Undefined;
import dev.millrace.project.ModelTemplates;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * dbt's templates: {@code ref}, {@code source}, {@code config}, {@code var}, {@code env_var} and
 * the project's macros, in Jinja. Stateless; a session serves one thread.
 */
public final class DbtTemplates implements ModelTemplates {
  private final Environment environment =
      Environment.builder().undefined(Undefined.Behaviour.STRICT_NAMES).build();

  /** Templates with dbt's names. */
  public DbtTemplates() {}

  @Override
  public Session open(Setting setting, Problems problems) {
    List<Template> macros = new ArrayList<>();
    Map<String, TextFile> files = new HashMap<>();
    for (TextFile file : setting.macros()) {
      files.put(file.path(), file);
      TemplatePlaces places = new TemplatePlaces(files);
      try {
        macros.add(environment.compile(file.path(), file.text() + replacing(setting)));
      } catch (TemplateException e) {
        problems.add(places.problem(e));
      }
    }
    boolean complete = macros.size() == setting.macros().size();
    DbtSession session = new DbtSession(setting, macros, files, complete);
    session.checkMacros(problems);
    return session;
  }

  /** Behind a file of macros: puts what a unit test has them return in place of its macros. */
  private static String replacing(Setting setting) {
    return setting.returns().keySet().stream()
        .filter(name -> name.matches("[A-Za-z_][A-Za-z0-9_]*"))
        .sorted()
        .map(name -> "{% set " + name + " = " + DbtContext.RETURNED + "['" + name + "'] %}")
        .collect(Collectors.joining());
  }

  private final class DbtSession implements Session {
    private final Setting setting;
    private final List<Template> macros;
    private final Map<String, TextFile> macroFiles;
    private final boolean complete;

    DbtSession(
        Setting setting,
        List<Template> macros,
        Map<String, TextFile> macroFiles,
        boolean complete) {
      this.complete = complete;
      this.setting = setting;
      this.macros = macros;
      this.macroFiles = macroFiles;
    }

    void checkMacros(Problems problems) {
      Map<String, Macro> known = new HashMap<>();
      TemplatePlaces places = new TemplatePlaces(macroFiles);
      DbtContext context = new DbtContext(setting, places, new Problems());
      for (Template template : macros) {
        try {
          template
              .module(context.names())
              .exported()
              .forEach(
                  (name, value) -> {
                    if (value instanceof Macro macro) {
                      checkUnique(macro, known, places, problems);
                    }
                  });
        } catch (TemplateException e) {
          problems.add(places.problem(e));
        }
      }
    }

    private void checkUnique(
        Macro macro, Map<String, Macro> known, TemplatePlaces places, Problems problems) {
      Macro first = known.putIfAbsent(macro.name(), macro);
      if (first != null) {
        problems.error(
            DbtError.DUPLICATE_MACRO,
            places.at(macro.origin()),
            "two macros have the name `" + macro.name() + "`",
            "the first one is at " + first.origin());
      }
    }

    @Override
    public Optional<String> text(String template, YamlNode.Places where, Problems problems) {
      TemplatePlaces places = TemplatePlaces.inText(template, where);
      DbtContext context = new DbtContext(setting, places, problems);
      try {
        String text =
            environment.compile(TemplatePlaces.TEXT, template).render(context.names()).text();
        return context.isFaulty() ? Optional.empty() : Optional.of(text);
      } catch (TemplateException e) {
        problems.add(places.problem(e));
        return Optional.empty();
      }
    }

    @Override
    public Optional<RenderedModel> model(
        TextFile file, Map<String, Object> config, Set<String> ephemeral, Problems problems) {
      Map<String, TextFile> files = new HashMap<>(macroFiles);
      files.put(file.path(), file);
      TemplatePlaces places = new TemplatePlaces(files);
      ModelContext model = new ModelContext(setting, places, problems, file, config, ephemeral);
      try {
        Template template = environment.compile(file.path(), file.text());
        for (Template macro : macros) {
          model.addMacros(macro.module(model.names()).exported());
        }
        model.replaceMacros(setting.returns());
        Rendered rendered = template.render(model.names());
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
