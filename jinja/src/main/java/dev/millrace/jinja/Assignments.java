package dev.millrace.jinja;

import dev.millrace.jinja.syntax.Expression;
import dev.millrace.jinja.syntax.Statement;
import java.util.List;

/** Finds the names that statements assign in their own scope. */
final class Assignments {
  private final boolean bindMacros;

  Assignments(boolean bindMacros) {
    this.bindMacros = bindMacros;
  }

  void declare(List<Statement> body, Scope scope) {
    body.forEach(statement -> declare(statement, scope));
  }

  private void declare(Statement statement, Scope scope) {
    if (statement instanceof Statement.Set set) {
      target(set.target(), scope);
    } else if (statement instanceof Statement.SetBlock set) {
      target(set.target(), scope);
    } else if (statement instanceof Statement.If branch) {
      declare(branch.body(), scope);
      declare(branch.otherwise(), scope);
    } else if (statement instanceof Statement.Sequence sequence) {
      declare(sequence.body(), scope);
    } else if (statement instanceof Statement.Macro macro) {
      if (bindMacros || !scope.isRoot()) {
        scope.declare(macro.name());
      }
    } else if (statement instanceof Statement.Import imported) {
      scope.declare(imported.name());
    } else if (statement instanceof Statement.FromImport imported) {
      imported.aliases().forEach(scope::declare);
    }
  }

  static void target(Expression target, Scope scope) {
    if (target instanceof Expression.Name name) {
      scope.declare(name.name());
    } else if (target instanceof Expression.TupleOf tuple) {
      tuple.items().forEach(item -> target(item, scope));
    }
  }
}
