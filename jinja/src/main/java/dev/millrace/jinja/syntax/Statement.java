package dev.millrace.jinja.syntax;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of a template's tree. {@code offset} is where it starts in the source. */
public sealed interface Statement {
  int offset();

  /** Text that is output as it stands: a slice of the source. */
  record Data(int offset, String text) implements Statement {}

  /** <code>{{ value }}</code>. */
  record Output(int offset, Expression value) implements Statement {}

  /** {@code if}; an {@code elif} is an if in {@code otherwise}. */
  record If(int offset, Expression test, List<Statement> body, List<Statement> otherwise)
      implements Statement {}

  /** {@code for}. */
  record For(
      int offset,
      Expression target,
      Expression items,
      @Nullable Expression filter,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise)
      implements Statement {}

  /** Parameters of a macro or call block; the defaults belong to the last of the names. */
  record Parameters(List<Expression.Name> names, List<Expression> defaults) {
    public static final Parameters NONE = new Parameters(List.of(), List.of());
  }

  /** {@code macro}. */
  record Macro(int offset, String name, Parameters parameters, List<Statement> body)
      implements Statement {}

  /** {@code call}: the body becomes the argument {@code caller}. */
  record CallBlock(int offset, Parameters parameters, Expression.Call call, List<Statement> body)
      implements Statement {}

  /** {@code filter} around a body. */
  record FilterBlock(int offset, Expression.Filter filter, List<Statement> body)
      implements Statement {}

  /** {@code set target = value}. */
  record Set(int offset, Expression target, Expression value) implements Statement {}

  /** {@code set target} around a body. */
  record SetBlock(
      int offset, Expression target, Expression.@Nullable Filter filter, List<Statement> body)
      implements Statement {}

  /** {@code include}. */
  record Include(int offset, Expression template, boolean ignoreMissing, boolean withContext)
      implements Statement {}

  /** {@code import template as name}. */
  record Import(int offset, Expression template, String name, boolean withContext)
      implements Statement {}

  /** {@code from template import name as alias}. */
  record FromImport(
      int offset,
      Expression template,
      List<String> names,
      List<String> aliases,
      boolean withContext)
      implements Statement {}

  /** {@code extends}. */
  record Extends(int offset, Expression template) implements Statement {}

  /** {@code block}. */
  record Block(int offset, String name, boolean scoped, boolean required, List<Statement> body)
      implements Statement {}

  /** {@code with}. */
  record With(int offset, List<Expression> targets, List<Expression> values, List<Statement> body)
      implements Statement {}

  /** {@code autoescape}. */
  record Autoescape(int offset, Expression enabled, List<Statement> body) implements Statement {}

  /** {@code do}: evaluates for the effect. */
  record Do(int offset, Expression value) implements Statement {}

  /** {@code break}. */
  record Break(int offset) implements Statement {}

  /** {@code continue}. */
  record Continue(int offset) implements Statement {}

  /** Statements in one: what a custom tag may expand to. */
  record Sequence(int offset, List<Statement> body) implements Statement {}
}
