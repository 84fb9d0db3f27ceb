package dev.millrace.jinja;

import dev.millrace.jinja.syntax.Expression;
import dev.millrace.jinja.syntax.SourceText;
import dev.millrace.jinja.syntax.Statement;
import java.util.List;

/**
 * A macro as it is declared.
 *
 * @param name of the macro
 * @param parameters their names in order
 * @param optional how many of the last parameters have a default
 * @param origin where its tag begins
 * @param offset the same in code units from the start of the template, from 0
 */
public record MacroSignature(
    String name, List<String> parameters, int optional, Origin origin, int offset) {
  /** Copies the list. */
  public MacroSignature {
    parameters = List.copyOf(parameters);
  }

  static MacroSignature of(Statement.Macro macro, SourceText source) {
    return new MacroSignature(
        macro.name(),
        macro.parameters().names().stream().map(Expression.Name::name).toList(),
        macro.parameters().defaults().size(),
        new Site(source, macro.offset(), false).origin(0, List.of()),
        macro.offset());
  }
}
