package dev.millrace.jinja;

import dev.millrace.jinja.syntax.Expression;
import dev.millrace.jinja.syntax.SourceText;
import dev.millrace.jinja.syntax.Statement;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.PythonError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns statements into closures. */
final class StatementCompiler {
  private final SourceText source;
  private final Environment environment;
  private final ExpressionCompiler expressions;
  private final Assignments assignments;
  private final TemplateReferences references;
  private final Map<String, Template.Block> blocks = new LinkedHashMap<>();

  StatementCompiler(SourceText source, Environment environment) {
    this.source = source;
    this.environment = environment;
    this.expressions = new ExpressionCompiler(source, environment);
    this.assignments = new Assignments(environment.bindMacros());
    this.references = new TemplateReferences(expressions, environment);
  }

  /** The blocks met while compiling. */
  Map<String, Template.Block> blocks() {
    return blocks;
  }

  ExpressionCompiler expressions() {
    return expressions;
  }

  /** Compiles the whole of a scope; its slots are known afterwards. */
  Exec scope(List<Statement> body, Scope scope) {
    assignments.declare(body, scope);
    return body(body, scope);
  }

  private Exec body(List<Statement> body, Scope scope) {
    return Exec.sequence(body.stream().map(statement -> compile(statement, scope)).toList());
  }

  private Site site(Statement statement) {
    return expressions.site(statement.offset());
  }

  private Exec compile(Statement statement, Scope scope) {
    if (statement instanceof Statement.Data data) {
      Site site = new Site(source, data.offset(), true);
      String text = data.text();
      return frame -> {
        frame.out.write(text, site);
        return Exec.NORMAL;
      };
    }
    if (statement instanceof Statement.Output output) {
      return output(output, scope);
    }
    if (statement instanceof Statement.If branch) {
      return branch(branch, scope);
    }
    if (statement instanceof Statement.For loop) {
      return loop(loop, scope);
    }
    if (statement instanceof Statement.Set set) {
      Eval value = expressions.compile(set.value(), scope);
      Names.Assign target = Names.assign(set.target(), scope, site(set));
      return frame -> {
        target.assign(frame, value.eval(frame));
        return Exec.NORMAL;
      };
    }
    if (statement instanceof Statement.Do action) {
      Eval value = expressions.compile(action.value(), scope);
      return frame -> {
        value.eval(frame);
        return Exec.NORMAL;
      };
    }
    if (statement instanceof Statement.Macro macro) {
      return macro(macro, scope);
    }
    return compileOther(statement, scope);
  }

  private Exec compileOther(Statement statement, Scope scope) {
    if (statement instanceof Statement.CallBlock call) {
      return callBlock(call, scope);
    }
    if (statement instanceof Statement.SetBlock set) {
      return setBlock(set, scope);
    }
    if (statement instanceof Statement.FilterBlock filter) {
      return filterBlock(filter, scope);
    }
    if (statement instanceof Statement.With with) {
      return with(with, scope);
    }
    if (statement instanceof Statement.Autoescape autoescape) {
      return autoescape(autoescape, scope);
    }
    if (statement instanceof Statement.Block block) {
      return block(block, scope);
    }
    if (statement instanceof Statement.Sequence sequence) {
      return body(sequence.body(), scope);
    }
    if (statement instanceof Statement.Break) {
      return frame -> Exec.BREAK;
    }
    if (statement instanceof Statement.Continue) {
      return frame -> Exec.CONTINUE;
    }
    return references.compile(statement, scope);
  }

  private Exec output(Statement.Output output, Scope scope) {
    Site site = site(output);
    Expression value = output.value();
    if (value instanceof Expression.Call call) {
      return expressions.output(call, scope, site);
    }
    Eval eval = expressions.compile(value, scope);
    return frame -> {
      Object result = eval.eval(frame);
      try {
        frame.out.write(Outputs.text(frame.run, result), site);
      } catch (RuntimeException e) {
        throw Calls.located(frame, e, expressions.site(value.offset()), result);
      }
      return Exec.NORMAL;
    };
  }

  private Exec branch(Statement.If branch, Scope scope) {
    expressions.enterCondition();
    Eval test = expressions.compile(branch.test(), scope);
    Site site = expressions.site(branch.test().offset());
    Exec body = body(branch.body(), scope);
    Exec otherwise = body(branch.otherwise(), scope);
    expressions.leaveCondition();
    return frame ->
        ExpressionCompiler.truth(test, frame, site) ? body.run(frame) : otherwise.run(frame);
  }

  private Exec loop(Statement.For loop, Scope scope) {
    Site site = expressions.site(loop.items().offset());
    Eval items = expressions.compile(loop.items(), scope);
    ForLoop.Filtering filtering = null;
    Expression filter = loop.filter();
    if (filter != null) {
      Scope inner = new Scope(scope);
      Assignments.target(loop.target(), inner);
      Eval condition = expressions.compile(filter, inner);
      filtering =
          new ForLoop.Filtering(
              Names.assign(loop.target(), inner, site),
              condition,
              inner.size(),
              expressions.site(filter.offset()));
    }
    Scope inner = new Scope(scope);
    Assignments.target(loop.target(), inner);
    int loopSlot = inner.declare("loop");
    Exec body = scope(loop.body(), inner);
    Scope otherwiseScope = new Scope(scope);
    Exec otherwise = loop.otherwise().isEmpty() ? null : scope(loop.otherwise(), otherwiseScope);
    return new ForLoop(
        items,
        filtering,
        Names.assign(loop.target(), inner, site),
        inner.size(),
        inner.uses("loop") || loop.recursive() ? loopSlot : -1,
        loop.recursive(),
        body,
        otherwise,
        otherwiseScope.size(),
        site);
  }

  private Exec macro(Statement.Macro macro, Scope scope) {
    Macro.Code code =
        function(macro.name(), false, macro.parameters(), macro.body(), scope, site(macro));
    String name = macro.name();
    int slot = scope.slot(name);
    return frame -> {
      Macro value = new Macro(code, frame);
      if (slot >= 0) {
        frame.slots[slot] = value;
      }
      if (scope.isRoot()) {
        frame.run.macro(name, value, slot >= 0);
      }
      return Exec.NORMAL;
    };
  }

  private Macro.Code function(
      String name,
      boolean callBlock,
      Statement.Parameters parameters,
      List<Statement> body,
      Scope scope,
      Site site) {
    Scope inner = new Scope(scope);
    List<String> names = parameters.names().stream().map(Expression.Name::name).toList();
    names.forEach(inner::declare);
    int specials = inner.size();
    inner.declare("caller");
    inner.declare("varargs");
    inner.declare("kwargs");
    List<Eval> defaults =
        parameters.defaults().stream().map(value -> expressions.compile(value, inner)).toList();
    Exec code = scope(body, inner);
    return new Macro.Code(
        name,
        callBlock,
        names,
        defaults,
        special("caller", inner, specials),
        special("varargs", inner, specials),
        special("kwargs", inner, specials),
        inner.size(),
        code,
        site);
  }

  /** The slot of a special name that the body uses and that is not a parameter, else -1. */
  private static int special(String name, Scope scope, int firstSlot) {
    return scope.uses(name) && scope.slot(name) >= firstSlot ? scope.slot(name) : -1;
  }

  private Exec callBlock(Statement.CallBlock block, Scope scope) {
    Site site = expressions.site(block.call().offset());
    Macro.Code code =
        function("caller", true, block.parameters(), block.body(), scope, site(block));
    Eval target = expressions.compile(block.call().target(), scope);
    ExpressionCompiler.ArgumentsEval arguments =
        expressions.arguments(block.call().arguments(), scope);
    return frame -> {
      Object callee = target.eval(frame);
      Arguments given = arguments.eval(frame);
      Map<String, @Nullable Object> keywords = new LinkedHashMap<>(given.keywords());
      keywords.put("caller", new Macro(code, frame));
      Arguments all = Arguments.of(given.positional().toArray(), keywords);
      if (callee instanceof Macro macro) {
        Calls.write(frame, macro, all, site);
      } else {
        Object value = Calls.call(frame, callee, all, site);
        frame.out.write(Outputs.text(frame.run, value), site);
      }
      return Exec.NORMAL;
    };
  }

  /** The text of a body that has a scope of its own. */
  private Eval captured(List<Statement> body, Scope scope) {
    Scope inner = new Scope(scope);
    Exec code = scope(body, inner);
    return frame -> {
      Output out = Output.untraced();
      code.run(new Frame(frame.run, frame, inner.size(), out));
      return frame.run.text(out.text());
    };
  }

  /** Filters one after the other, the innermost of which gets {@code value}. */
  private Eval filtered(Expression.@Nullable Filter filter, Eval value, Scope scope) {
    if (filter == null) {
      return value;
    }
    Eval target = filtered((Expression.Filter) filter.target(), value, scope);
    return expressions.filter(filter, target, scope);
  }

  private Exec setBlock(Statement.SetBlock set, Scope scope) {
    Eval value = filtered(set.filter(), captured(set.body(), scope), scope);
    Names.Assign target = Names.assign(set.target(), scope, site(set));
    return frame -> {
      target.assign(frame, value.eval(frame));
      return Exec.NORMAL;
    };
  }

  private Exec filterBlock(Statement.FilterBlock block, Scope scope) {
    Eval value = filtered(block.filter(), captured(block.body(), scope), scope);
    Site site = site(block);
    return frame -> {
      Object result = value.eval(frame);
      frame.out.write(Calls.located(site, () -> Outputs.text(frame.run, result)), site);
      return Exec.NORMAL;
    };
  }

  private Exec with(Statement.With with, Scope scope) {
    Scope inner = new Scope(scope);
    List<Eval> values = new ArrayList<>();
    List<Names.Assign> targets = new ArrayList<>();
    for (int i = 0; i < with.targets().size(); i++) {
      values.add(expressions.compile(with.values().get(i), scope));
      Assignments.target(with.targets().get(i), inner);
      targets.add(Names.assign(with.targets().get(i), inner, site(with)));
    }
    Exec body = scope(with.body(), inner);
    return frame -> {
      Frame child = new Frame(frame.run, frame, inner.size(), frame.out);
      for (int i = 0; i < targets.size(); i++) {
        targets.get(i).assign(child, values.get(i).eval(frame));
      }
      return body.run(child);
    };
  }

  private Exec autoescape(Statement.Autoescape autoescape, Scope scope) {
    Eval enabled = expressions.compile(autoescape.enabled(), scope);
    Scope inner = new Scope(scope);
    Exec body = scope(autoescape.body(), inner);
    return frame -> {
      boolean before = frame.run.autoescape;
      frame.run.autoescape = Operators.truth(enabled.eval(frame));
      try {
        return body.run(new Frame(frame.run, frame, inner.size(), frame.out));
      } finally {
        frame.run.autoescape = before;
      }
    };
  }

  private Exec block(Statement.Block block, Scope scope) {
    Scope inner = new Scope(null);
    inner.declare("super");
    Exec body = scope(block.body(), inner);
    String name = block.name();
    blocks.put(name, new Template.Block(name, block.required(), inner.size(), body));
    Names.Locals locals = Names.locals(scope);
    Site site = site(block);
    return frame -> {
      if (frame.run.parent != null && scope.isRoot()) {
        return Exec.NORMAL;
      }
      Run run =
          block.scoped() ? frame.run.in(frame.run.context.derive(locals.of(frame))) : frame.run;
      if (run.isRequired(name)) {
        throw site.error(PythonError.runtime("Required block '" + name + "' not found"));
      }
      run.block(name, 0, frame.out);
      return Exec.NORMAL;
    };
  }
}
