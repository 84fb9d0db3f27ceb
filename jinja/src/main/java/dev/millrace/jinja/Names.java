package dev.millrace.jinja;

import dev.millrace.jinja.syntax.Expression;
import dev.millrace.jinja.value.Namespace;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Sequences;
import dev.millrace.jinja.value.Types;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reading and assigning variables. */
final class Names {
  private Names() {}

  static Eval read(String name, Scope scope) {
    List<Scope.Place> places = scope.find(name);
    if (places.isEmpty()) {
      return frame -> frame.run.variable(name);
    }
    int slot = places.get(0).slot();
    int depth = places.get(0).depth();
    if (places.size() == 1 && depth == 0) {
      return frame -> {
        Object value = frame.slots[slot];
        return value == Frame.UNSET ? frame.run.variable(name) : value;
      };
    }
    return frame -> {
      Object value = look(frame, places);
      return value == Frame.UNSET ? frame.run.variable(name) : value;
    };
  }

  private static @Nullable Object look(Frame frame, List<Scope.Place> places) {
    for (int i = 0; i < places.size(); i++) {
      Scope.Place place = places.get(i);
      Object value = frame.outer(place.depth()).slots[place.slot()];
      if (value != Frame.UNSET) {
        return value;
      }
    }
    return Frame.UNSET;
  }

  /** Collects the values of local variables, for a template that is included with them. */
  static Locals locals(Scope scope) {
    Map<String, List<Scope.Place>> places = scope.locals();
    return frame -> {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      places.forEach(
          (name, found) -> {
            Object value = look(frame, found);
            if (value != Frame.UNSET) {
              values.put(name, value);
            }
          });
      return values;
    };
  }

  /** Reads local variables by name. */
  @FunctionalInterface
  interface Locals {
    Map<String, @Nullable Object> of(Frame frame);
  }

  /** Gives a value to a target. */
  @FunctionalInterface
  interface Assign {
    void assign(Frame frame, @Nullable Object value);
  }

  /** Assignment to a target whose names {@code scope} declares. */
  static Assign assign(Expression target, Scope scope, Site site) {
    if (target instanceof Expression.Name name) {
      return name(name.name(), scope);
    }
    if (target instanceof Expression.TupleOf tuple) {
      Assign[] parts =
          tuple.items().stream().map(item -> assign(item, scope, site)).toArray(Assign[]::new);
      return (frame, value) -> unpack(frame, value, parts, site);
    }
    if (target instanceof Expression.NamespaceTarget attribute) {
      Eval namespace = read(attribute.namespace(), scope);
      return (frame, value) -> {
        if (!(namespace.eval(frame) instanceof Namespace found)) {
          throw site.error(PythonError.runtime("cannot assign attribute on non-namespace object"));
        }
        found.set(attribute.name(), value);
      };
    }
    throw new IllegalArgumentException(target.toString());
  }

  private static Assign name(String name, Scope scope) {
    int slot = scope.slot(name);
    if (scope.isRoot()) {
      return (frame, value) -> {
        frame.slots[slot] = value;
        frame.run.context.export(name, value);
      };
    }
    return (frame, value) -> frame.slots[slot] = value;
  }

  private static void unpack(Frame frame, @Nullable Object value, Assign[] parts, Site site) {
    List<@Nullable Object> items;
    try {
      if (!Sequences.isIterable(value)) {
        throw PythonError.type("cannot unpack non-iterable " + Types.name(value) + " object");
      }
      items = value instanceof List<?> list ? castList(list) : Sequences.list(value);
      if (items.size() < parts.length) {
        throw PythonError.value(
            "not enough values to unpack (expected "
                + parts.length
                + ", got "
                + items.size()
                + ")");
      }
      if (items.size() > parts.length) {
        throw PythonError.value("too many values to unpack (expected " + parts.length + ")");
      }
    } catch (PythonError e) {
      throw site.error(e);
    }
    for (int i = 0; i < parts.length; i++) {
      parts[i].assign(frame, items.get(i));
    }
  }

  @SuppressWarnings("unchecked")
  private static List<@Nullable Object> castList(List<?> list) {
    return (List<@Nullable Object>) list;
  }
}
