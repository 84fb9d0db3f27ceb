package dev.millrace.jinja;

import dev.millrace.jinja.syntax.Expression;
import dev.millrace.jinja.syntax.Statement;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compiles the statements that use other templates: include, import, extends. */
final class TemplateReferences {
  private final ExpressionCompiler expressions;
  private final Environment environment;

  TemplateReferences(ExpressionCompiler expressions, Environment environment) {
    this.expressions = expressions;
    this.environment = environment;
  }

  Exec compile(Statement statement, Scope scope) {
    if (statement instanceof Statement.Include include) {
      return include(include, scope);
    }
    if (statement instanceof Statement.Import imported) {
      return imports(imported, scope);
    }
    if (statement instanceof Statement.FromImport imported) {
      return fromImport(imported, scope);
    }
    if (statement instanceof Statement.Extends parent) {
      return extend(parent, scope);
    }
    throw new IllegalArgumentException(statement.toString());
  }

  private Exec include(Statement.Include include, Scope scope) {
    Eval name = expressions.compile(include.template(), scope);
    Names.Locals locals = Names.locals(scope);
    Site site = expressions.site(include.offset());
    return frame -> {
      Template template = find(name.eval(frame), site, include.ignoreMissing());
      if (template == null) {
        return Exec.NORMAL;
      }
      Context context =
          include.withContext()
              ? frame.run.context.derive(locals.of(frame))
              : new Context(Map.of(), environment.globals(), null);
      Run run = new Run(environment, context);
      run.autoescape = frame.run.autoescape;
      try {
        template.execute(run, frame.out);
      } catch (TemplateException e) {
        throw e.via(site, "include");
      }
      return Exec.NORMAL;
    };
  }

  private @Nullable Template find(@Nullable Object value, Site site, boolean ignoreMissing) {
    List<String> tried = new ArrayList<>();
    for (Object candidate : value instanceof List<?> list ? list : candidates(value)) {
      if (candidate instanceof Template template) {
        return template;
      }
      if (candidate instanceof Undefined undefined) {
        throw site.error(undefined.error());
      }
      String name = Printing.str(candidate);
      tried.add(name);
      Template template = environment.find(name);
      if (template != null) {
        return template;
      }
    }
    if (ignoreMissing) {
      return null;
    }
    String message =
        tried.size() == 1
            ? "'" + tried.get(0) + "' not found"
            : "none of the templates given were found: " + String.join(", ", tried);
    throw site.error("TemplateNotFound", message, PythonError.value(message));
  }

  private static List<@Nullable Object> candidates(@Nullable Object value) {
    List<@Nullable Object> one = new ArrayList<>();
    one.add(value);
    return one;
  }

  private Module module(Frame frame, Eval name, Names.Locals locals, boolean context, Site site) {
    Template template = find(name.eval(frame), site, false);
    if (template == null) {
      throw new IllegalStateException("a template that must exist was not found");
    }
    try {
      return context
          ? template.module(frame.run.context.derive(locals.of(frame)))
          : template.module(Map.of());
    } catch (TemplateException e) {
      throw e.via(site, "import");
    }
  }

  private Exec imports(Statement.Import imported, Scope scope) {
    Eval name = expressions.compile(imported.template(), scope);
    Site site = expressions.site(imported.offset());
    Names.Locals locals = Names.locals(scope);
    Names.Assign target = assign(imported.name(), scope, site);
    return frame -> {
      target.assign(frame, module(frame, name, locals, imported.withContext(), site));
      return Exec.NORMAL;
    };
  }

  /** Imported names are not exported again: importers of this template do not see them. */
  private static Names.Assign assign(String name, Scope scope, Site site) {
    if (!scope.isRoot()) {
      return Names.assign(new Expression.Name(site.offset(), name), scope, site);
    }
    int slot = scope.slot(name);
    return (frame, value) -> {
      frame.slots[slot] = value;
      frame.run.context.assign(name, value);
    };
  }

  private Exec fromImport(Statement.FromImport imported, Scope scope) {
    Eval name = expressions.compile(imported.template(), scope);
    Site site = expressions.site(imported.offset());
    Names.Locals locals = Names.locals(scope);
    List<Names.Assign> targets =
        imported.aliases().stream().map(alias -> assign(alias, scope, site)).toList();
    return frame -> {
      Module module = module(frame, name, locals, imported.withContext(), site);
      for (int i = 0; i < targets.size(); i++) {
        String exported = imported.names().get(i);
        Object value = module.attribute(exported);
        targets
            .get(i)
            .assign(frame, value == Frame.UNSET ? notExported(module, exported, site) : value);
      }
      return Exec.NORMAL;
    };
  }

  private Undefined notExported(Module module, String name, Site site) {
    return Undefined.because(
        environment.undefined(),
        "the template '"
            + module.template()
            + "' (imported on line "
            + site.source().line(site.offset())
            + " in '"
            + site.source().name()
            + "') does not export the requested name '"
            + name
            + "'",
        name);
  }

  private Exec extend(Statement.Extends parent, Scope scope) {
    Eval name = expressions.compile(parent.template(), scope);
    Site site = expressions.site(parent.offset());
    return frame -> {
      if (frame.run.parent != null) {
        throw site.error(PythonError.runtime("extended multiple times"));
      }
      Template template = find(name.eval(frame), site, false);
      frame.run.parent = template;
      if (template != null) {
        frame.run.addBlocks(template);
      }
      frame.out = Output.muted();
      return Exec.NORMAL;
    };
  }
}
