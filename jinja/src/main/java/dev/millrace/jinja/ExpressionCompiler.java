package dev.millrace.jinja;

import dev.millrace.jinja.syntax.Expression;
import dev.millrace.jinja.syntax.Expression.CallArguments;
import dev.millrace.jinja.syntax.SourceText;
import dev.millrace.jinja.syntax.SyntaxException;
import dev.millrace.jinja.value.Access;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Dicts;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.SafeString;
import dev.millrace.jinja.value.Slice;
import dev.millrace.jinja.value.Tuple;
import dev.millrace.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns expressions into closures. */
final class ExpressionCompiler {
  private final SourceText source;
  private final Environment environment;

  /**
   * How many conditions are around: inside one, an unknown filter is an error only when it runs.
   */
  private int conditions;

  ExpressionCompiler(SourceText source, Environment environment) {
    this.source = source;
    this.environment = environment;
  }

  void enterCondition() {
    conditions++;
  }

  void leaveCondition() {
    conditions--;
  }

  Site site(int offset) {
    return new Site(source, offset, false);
  }

  Eval compile(Expression expression, Scope scope) {
    if (expression instanceof Expression.Constant constant) {
      Object value = constant.value();
      return frame -> value;
    }
    if (expression instanceof Expression.Name name) {
      return Names.read(name.name(), scope);
    }
    if (expression instanceof Expression.Attribute attribute) {
      return attribute(attribute, scope);
    }
    if (expression instanceof Expression.Call call) {
      return call(call, scope);
    }
    if (expression instanceof Expression.Filter filter) {
      Expression target = filter.target();
      if (target == null) {
        throw new IllegalStateException("a filter without a target is compiled by its block");
      }
      return filter(filter, compile(target, scope), scope);
    }
    if (expression instanceof Expression.Item item) {
      return item(item, scope);
    }
    if (expression instanceof Expression.Test test) {
      return test(test, scope);
    }
    return operation(expression, scope);
  }

  private Eval operation(Expression expression, Scope scope) {
    if (expression instanceof Expression.Binary binary) {
      return binary(binary, scope);
    }
    if (expression instanceof Expression.Unary unary) {
      return unary(unary, scope);
    }
    if (expression instanceof Expression.Compare compare) {
      return compare(compare, scope);
    }
    if (expression instanceof Expression.Conditional conditional) {
      return conditional(conditional, scope);
    }
    if (expression instanceof Expression.Concat concat) {
      return concat(concat, scope);
    }
    if (expression instanceof Expression.ListOf list) {
      Eval[] items = all(list.items(), scope);
      return frame -> {
        List<@Nullable Object> values = new ArrayList<>(items.length);
        for (Eval item : items) {
          values.add(item.eval(frame));
        }
        return values;
      };
    }
    if (expression instanceof Expression.TupleOf tuple) {
      Eval[] items = all(tuple.items(), scope);
      return frame -> Tuple.of(values(items, frame));
    }
    if (expression instanceof Expression.DictOf dict) {
      return dict(dict, scope);
    }
    if (expression instanceof Expression.SliceOf slice) {
      Eval start = optional(slice.start(), scope);
      Eval stop = optional(slice.stop(), scope);
      Eval step = optional(slice.step(), scope);
      return frame -> new Slice(start.eval(frame), stop.eval(frame), step.eval(frame));
    }
    throw new SyntaxException("this cannot be evaluated", expression.offset());
  }

  private Eval optional(@Nullable Expression expression, Scope scope) {
    return expression == null ? frame -> null : compile(expression, scope);
  }

  private Eval[] all(List<Expression> expressions, Scope scope) {
    return expressions.stream().map(e -> compile(e, scope)).toArray(Eval[]::new);
  }

  private static @Nullable Object[] values(Eval[] items, Frame frame) {
    @Nullable Object[] values = new Object[items.length];
    for (int i = 0; i < items.length; i++) {
      values[i] = items[i].eval(frame);
    }
    return values;
  }

  private Eval dict(Expression.DictOf dict, Scope scope) {
    Eval[] keys = all(dict.keys(), scope);
    Eval[] values = all(dict.values(), scope);
    Site site = site(dict.offset());
    return frame -> {
      Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
      for (int i = 0; i < keys.length; i++) {
        Object key = keys[i].eval(frame);
        Object value = values[i].eval(frame);
        try {
          Dicts.put(map, key, value);
        } catch (PythonError e) {
          throw site.error(e);
        }
      }
      return map;
    };
  }

  private Eval attribute(Expression.Attribute attribute, Scope scope) {
    Eval target = compile(attribute.target(), scope);
    String name = attribute.name();
    Site site = site(attribute.offset());
    Undefined.Behaviour undefined = environment.undefined();
    return frame -> {
      Object value = target.eval(frame);
      try {
        return Access.attribute(value, name, undefined);
      } catch (RuntimeException e) {
        throw Calls.located(frame, e, site, value);
      }
    };
  }

  private Eval item(Expression.Item item, Scope scope) {
    Eval target = compile(item.target(), scope);
    Eval key = compile(item.key(), scope);
    Site site = site(item.offset());
    Undefined.Behaviour undefined = environment.undefined();
    return frame -> {
      Object value = target.eval(frame);
      Object index = key.eval(frame);
      try {
        return Access.item(value, index, undefined);
      } catch (RuntimeException e) {
        throw Calls.located(frame, e, site, value);
      }
    };
  }

  private Eval call(Expression.Call call, Scope scope) {
    Eval target = compile(call.target(), scope);
    ArgumentsEval arguments = arguments(call.arguments(), scope);
    Site site = site(call.offset());
    return frame -> {
      Object callee = target.eval(frame);
      return Calls.call(frame, callee, arguments.eval(frame), site);
    };
  }

  /** A call as a statement's whole output: a macro then writes without a string in between. */
  Exec output(Expression.Call call, Scope scope, Site output) {
    Eval target = compile(call.target(), scope);
    ArgumentsEval arguments = arguments(call.arguments(), scope);
    Site site = site(call.offset());
    return frame -> {
      Object callee = target.eval(frame);
      Arguments given = arguments.eval(frame);
      if (callee instanceof Macro macro) {
        Calls.write(frame, macro, given, site);
      } else {
        Object value = Calls.call(frame, callee, given, site);
        try {
          frame.out.write(Outputs.text(frame.run, value), output);
        } catch (RuntimeException e) {
          throw Calls.located(frame, e, output, value);
        }
      }
      return Exec.NORMAL;
    };
  }

  /** Compiled arguments of a call. */
  @FunctionalInterface
  interface ArgumentsEval {
    Arguments eval(Frame frame);
  }

  ArgumentsEval arguments(CallArguments arguments, Scope scope) {
    Eval[] positional = all(arguments.positional(), scope);
    Eval[] keywordValues = all(arguments.keywordValues(), scope);
    String[] keywords = arguments.keywords().toArray(new String[0]);
    if (arguments.star() != null || arguments.doubleStar() != null) {
      return new SpreadArguments(
          positional,
          keywords,
          keywordValues,
          optional(arguments.star(), scope),
          optional(arguments.doubleStar(), scope),
          site(
              java.util.Objects.requireNonNullElse(arguments.star(), arguments.doubleStar())
                  .offset()));
    }
    if (keywords.length == 0) {
      return positional.length == 0
          ? frame -> Arguments.NONE
          : frame -> Arguments.of(values(positional, frame));
    }
    return frame ->
        Arguments.of(values(positional, frame), keywords(keywords, keywordValues, frame));
  }

  static Map<String, @Nullable Object> keywords(String[] names, Eval[] values, Frame frame) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < names.length; i++) {
      map.put(names[i], values[i].eval(frame));
    }
    return map;
  }

  Eval filter(Expression.Filter filter, Eval target, Scope scope) {
    ArgumentsEval arguments = arguments(filter.arguments(), scope);
    Site site = site(filter.offset());
    Filter found = environment.filter(filter.name());
    if (found == null) {
      String message = "No filter named '" + filter.name() + "'";
      TemplateException error = unknown(message, filter.name(), environment.filterNames(), site);
      return frame -> {
        throw error;
      };
    }
    return frame -> {
      Object value = target.eval(frame);
      Arguments given = arguments.eval(frame);
      try {
        return found.apply(frame.run.evaluation, value, given);
      } catch (RuntimeException e) {
        throw Calls.located(frame, e, site, value);
      }
    };
  }

  private Eval test(Expression.Test test, Scope scope) {
    Eval target = compile(test.target(), scope);
    ArgumentsEval arguments = arguments(test.arguments(), scope);
    Site site = site(test.offset());
    Test found = environment.test(test.name());
    if (found == null) {
      String message = "No test named '" + test.name() + "'";
      TemplateException error = unknown(message, test.name(), environment.testNames(), site);
      return frame -> {
        throw error;
      };
    }
    return frame -> {
      Object value = target.eval(frame);
      Arguments given = arguments.eval(frame);
      try {
        return found.test(frame.run.evaluation, value, given);
      } catch (RuntimeException e) {
        throw Calls.located(frame, e, site, value);
      }
    };
  }

  /** The error of a name that nobody knows, at once or, inside a condition, when it is met. */
  private TemplateException unknown(
      String message, String name, java.util.Set<String> known, Site site) {
    String text = conditions == 0 ? message + "." : message + " found.";
    String type = conditions == 0 ? "TemplateAssertionError" : "TemplateRuntimeError";
    TemplateException error = site.error(type, text, new PythonError(type, text));
    TemplateException hinted =
        Suggestions.nearest(name, known)
            .map(near -> error.hinted("did you mean '" + near + "'?"))
            .orElse(error);
    if (conditions == 0) {
      throw hinted;
    }
    return hinted;
  }

  private Eval conditional(Expression.Conditional conditional, Scope scope) {
    enterCondition();
    Eval test = compile(conditional.test(), scope);
    Eval whenTrue = compile(conditional.whenTrue(), scope);
    Expression otherwise = conditional.whenFalse();
    Undefined.Behaviour nothing =
        environment.undefined() == Undefined.Behaviour.STRICT_NAMES
            ? Undefined.Behaviour.DEFAULT
            : environment.undefined();
    Eval whenFalse =
        otherwise == null
            ? frame ->
                Undefined.because(
                    nothing,
                    "the inline if-expression on line "
                        + source.line(conditional.offset())
                        + " evaluated to false and no else section was defined.",
                    null)
            : compile(otherwise, scope);
    leaveCondition();
    Site site = site(conditional.test().offset());
    return frame -> truth(test, frame, site) ? whenTrue.eval(frame) : whenFalse.eval(frame);
  }

  /** Whether a condition holds. */
  static boolean truth(Eval test, Frame frame, Site site) {
    Object value = test.eval(frame);
    try {
      return Operators.truth(value);
    } catch (RuntimeException e) {
      throw Calls.located(frame, e, site, value);
    }
  }

  private Eval concat(Expression.Concat concat, Scope scope) {
    Eval[] parts = all(concat.parts(), scope);
    Site site = site(concat.offset());
    return frame -> {
      StringBuilder text = new StringBuilder();
      @Nullable Object[] values = values(parts, frame);
      boolean safe = frame.run.autoescape;
      for (Object value : values) {
        safe |= value instanceof SafeString;
      }
      for (Object value : values) {
        try {
          text.append(safe ? SafeString.escape(value).text() : Outputs.text(frame.run, value));
        } catch (PythonError e) {
          throw site.error(e);
        }
      }
      return safe ? new SafeString(text.toString()) : text.toString();
    };
  }

  private Eval unary(Expression.Unary unary, Scope scope) {
    Eval operand = compile(unary.operand(), scope);
    Site site = site(unary.offset());
    if (unary.operator().equals("not")) {
      return frame -> !truth(operand, frame, site);
    }
    boolean minus = unary.operator().equals("-");
    return frame -> {
      Object value = operand.eval(frame);
      try {
        return minus ? Operators.negate(value) : Operators.plus(value);
      } catch (PythonError e) {
        throw Calls.located(frame, e, site, value);
      }
    };
  }

  private Eval binary(Expression.Binary binary, Scope scope) {
    Eval left = compile(binary.left(), scope);
    Eval right = compile(binary.right(), scope);
    Site site = site(binary.offset());
    return switch (binary.operator()) {
      case "and" ->
          frame -> {
            Object value = left.eval(frame);
            return Calls.located(site, () -> Operators.truth(value)) ? right.eval(frame) : value;
          };
      case "or" ->
          frame -> {
            Object value = left.eval(frame);
            return Calls.located(site, () -> Operators.truth(value)) ? value : right.eval(frame);
          };
      default -> arithmetic(left, arithmetic(binary.operator()), right, site);
    };
  }

  /** Arithmetic on two values. */
  @FunctionalInterface
  private interface Arithmetic {
    @Nullable Object apply(@Nullable Object a, @Nullable Object b);
  }

  private static Arithmetic arithmetic(String operator) {
    return switch (operator) {
      case "+" -> Operators::add;
      case "-" -> Operators::subtract;
      case "*" -> Operators::multiply;
      case "/" -> Operators::divide;
      case "//" -> Operators::floorDivide;
      case "%" -> Operators::modulo;
      case "**" -> Operators::power;
      default -> throw new IllegalArgumentException(operator);
    };
  }

  private static Eval arithmetic(Eval left, Arithmetic operation, Eval right, Site site) {
    return frame -> {
      Object a = left.eval(frame);
      Object b = right.eval(frame);
      try {
        return operation.apply(a, b);
      } catch (PythonError e) {
        throw Calls.located(frame, e, site, a instanceof Undefined ? a : b);
      }
    };
  }

  private Eval compare(Expression.Compare compare, Scope scope) {
    Eval[] operands = all(compare.operands(), scope);
    Comparison[] comparisons =
        compare.operators().stream().map(Comparison::of).toArray(Comparison[]::new);
    Site site = site(compare.offset());
    return frame -> {
      Object left = operands[0].eval(frame);
      for (int i = 0; i < comparisons.length; i++) {
        Object right = operands[i + 1].eval(frame);
        try {
          if (!comparisons[i].holds(left, right)) {
            return false;
          }
        } catch (RuntimeException e) {
          throw Calls.located(frame, e, site, left instanceof Undefined ? left : right);
        }
        left = right;
      }
      return true;
    };
  }
}
