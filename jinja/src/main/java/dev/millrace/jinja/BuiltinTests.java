package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Equality;
import dev.millrace.jinja.value.Generator;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.SafeString;
import dev.millrace.jinja.value.Sequences;
import dev.millrace.jinja.value.Strings;
import dev.millrace.jinja.value.Types;
import dev.millrace.jinja.value.Undefined;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's tests. */
final class BuiltinTests {
  /** A test of a value alone. */
  private interface Unary {
    boolean test(@Nullable Object value);
  }

  /** A test with one argument. */
  private interface Binary {
    boolean test(@Nullable Object value, @Nullable Object other);
  }

  static final Map<String, Test> ALL = all();

  private BuiltinTests() {}

  private static Map<String, Test> all() {
    Map<String, Test> all = new HashMap<>();
    unary(all, "defined", v -> !(v instanceof Undefined));
    unary(all, "undefined", v -> v instanceof Undefined);
    unary(all, "none", v -> v == null);
    unary(all, "boolean", v -> v instanceof Boolean);
    unary(all, "true", v -> Boolean.TRUE.equals(v));
    unary(all, "false", v -> Boolean.FALSE.equals(v));
    unary(all, "integer", v -> Numbers.isInt(v) && !(v instanceof Boolean));
    unary(all, "float", Numbers::isFloat);
    unary(all, "number", Numbers::isNumber);
    unary(all, "string", v -> v instanceof CharSequence);
    unary(all, "mapping", v -> v instanceof Map);
    unary(all, "iterable", Sequences::isIterable);
    unary(all, "sequence", BuiltinTests::isSequence);
    unary(all, "callable", v -> v instanceof Callable);
    unary(all, "escaped", v -> v instanceof SafeString);
    unary(all, "lower", v -> Strings.isCase(Printing.str(v), false));
    unary(all, "upper", v -> Strings.isCase(Printing.str(v), true));
    unary(all, "odd", v -> Equality.equal(Operators.modulo(v, 2L), 1L));
    unary(all, "even", v -> Equality.equal(Operators.modulo(v, 2L), 0L));
    binary(all, "divisibleby", (v, a) -> Equality.equal(Operators.modulo(v, a), 0L));
    binary(all, "sameas", BuiltinTests::same);
    binary(all, "in", (v, a) -> Operators.contains(a, v));
    comparison(all, "==", "eq", "equalto");
    comparison(all, "!=", "ne");
    comparison(all, "<", "lt", "lessthan");
    comparison(all, "<=", "le");
    comparison(all, ">", "gt", "greaterthan");
    comparison(all, ">=", "ge");
    all.put("filter", (e, v, a) -> e.hasFilter(Printing.str(v)));
    all.put("test", (e, v, a) -> e.hasTest(Printing.str(v)));
    return Map.copyOf(all);
  }

  private static void unary(Map<String, Test> all, String name, Unary test) {
    all.put(
        name,
        (evaluation, value, arguments) -> {
          expect(name, arguments, 0);
          return test.test(value);
        });
  }

  private static void binary(Map<String, Test> all, String name, Binary test) {
    all.put(
        name,
        (evaluation, value, arguments) -> {
          expect(name, arguments, 1);
          Object other =
              arguments.count() == 1
                  ? arguments.at(0)
                  : arguments.keywords().values().iterator().next();
          return test.test(value, other);
        });
  }

  private static void comparison(Map<String, Test> all, String operator, String... names) {
    Comparison comparison = Comparison.of(operator);
    binary(all, operator, comparison::holds);
    for (String name : names) {
      binary(all, name, comparison::holds);
    }
  }

  private static void expect(String name, Arguments arguments, int count) {
    int given = arguments.count() + arguments.keywords().size();
    if (given != count) {
      throw PythonError.type(
          "test '"
              + name
              + "' takes "
              + (count + 1)
              + " positional arguments but "
              + (given + 1)
              + " were given");
    }
  }

  private static boolean isSequence(@Nullable Object value) {
    return value instanceof CharSequence
        || value instanceof List
        || value instanceof Map
        || value instanceof Undefined
        || (value instanceof java.util.Collection
            && !(value instanceof Generator)
            && Types.name(value).equals("list"));
  }

  /** Identity, as far as values that Java boxes have one: equal and of one type. */
  private static boolean same(@Nullable Object a, @Nullable Object b) {
    if (a == b) {
      return true;
    }
    boolean boxed = Numbers.isNumber(a) || a instanceof String;
    return boxed && Types.name(a).equals(Types.name(b)) && Equality.equal(a, b);
  }
}
