package dev.millrace.jinja.syntax;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of an expression's tree. {@code offset} is where it starts in the source. */
public sealed interface Expression {
  int offset();

  /** A literal. */
  record Constant(int offset, @Nullable Object value) implements Expression {}

  /** A variable. */
  record Name(int offset, String name) implements Expression {}

  /** {@code (a, b)}. */
  record TupleOf(int offset, List<Expression> items) implements Expression {}

  /** {@code [a, b]}. */
  record ListOf(int offset, List<Expression> items) implements Expression {}

  /** <code>{a: b}</code>. */
  record DictOf(int offset, List<Expression> keys, List<Expression> values) implements Expression {}

  /** {@code -a}, {@code +a}, {@code not a}. */
  record Unary(int offset, String operator, Expression operand) implements Expression {}

  /** Arithmetic, {@code and}, {@code or}. */
  record Binary(int offset, String operator, Expression left, Expression right)
      implements Expression {}

  /** {@code a ~ b ~ c}. */
  record Concat(int offset, List<Expression> parts) implements Expression {}

  /** {@code a < b < c}: the operators stand between the operands. */
  record Compare(int offset, List<Expression> operands, List<String> operators)
      implements Expression {}

  /** {@code a if test else b}. */
  record Conditional(
      int offset, Expression test, Expression whenTrue, @Nullable Expression whenFalse)
      implements Expression {}

  /** {@code target.name}. */
  record Attribute(int offset, Expression target, String name) implements Expression {}

  /** {@code target[key]}. */
  record Item(int offset, Expression target, Expression key) implements Expression {}

  /** {@code start:stop:step} between brackets. */
  record SliceOf(
      int offset, @Nullable Expression start, @Nullable Expression stop, @Nullable Expression step)
      implements Expression {}

  /** {@code target(arguments)}. */
  record Call(int offset, Expression target, CallArguments arguments) implements Expression {}

  /** {@code target|name(arguments)}; no target in a filter block or on a block set. */
  record Filter(int offset, @Nullable Expression target, String name, CallArguments arguments)
      implements Expression {}

  /** {@code target is name(arguments)}. */
  record Test(int offset, Expression target, String name, CallArguments arguments)
      implements Expression {}

  /** {@code ns.name} where it is assigned to. */
  record NamespaceTarget(int offset, String namespace, String name) implements Expression {}

  /** What stands between a call's parentheses. */
  record CallArguments(
      List<Expression> positional,
      List<String> keywords,
      List<Expression> keywordValues,
      @Nullable Expression star,
      @Nullable Expression doubleStar) {
    public static final CallArguments NONE =
        new CallArguments(List.of(), List.of(), List.of(), null, null);
  }
}
