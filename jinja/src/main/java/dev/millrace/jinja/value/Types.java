package dev.millrace.jinja.value;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names of Python types, for messages. */
public final class Types {
  private Types() {}

  /** As {@code type(value).__name__} in Python. */
  public static String name(@Nullable Object value) {
    if (value == null) {
      return "NoneType";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (Numbers.isInt(value)) {
      return "int";
    }
    if (Numbers.isFloat(value)) {
      return "float";
    }
    if (value instanceof SafeString) {
      return "Markup";
    }
    if (value instanceof CharSequence) {
      return "str";
    }
    if (value instanceof Attributes object) {
      return object.typeName();
    }
    if (value instanceof List) {
      return value instanceof Tuple ? "tuple" : value instanceof Range ? "range" : "list";
    }
    return other(value);
  }

  private static String other(Object value) {
    if (value instanceof Map) {
      return "dict";
    }
    if (value instanceof DictView view) {
      return view.typeName();
    }
    if (value instanceof Set) {
      return "set";
    }
    if (value instanceof Undefined undefined) {
      return undefined.typeName();
    }
    if (value instanceof Generator) {
      return "generator";
    }
    if (value instanceof BigDecimal) {
      return "Decimal";
    }
    return value instanceof Callable ? "function" : value.getClass().getSimpleName();
  }

  /**
   * As Jinja names an object in messages about what it lacks: {@code dict object}, {@code None}.
   */
  static String describe(@Nullable Object value) {
    return value == null ? "None" : name(value) + " object";
  }
}
