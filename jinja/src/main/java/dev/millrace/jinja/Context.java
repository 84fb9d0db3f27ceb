package dev.millrace.jinja;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The variables that a template sees by name: those that its top level set, those given to render,
 * those of an including template, the environment's globals.
 */
final class Context {
  private final Map<String, ? extends @Nullable Object> given;
  private final Map<String, ? extends @Nullable Object> globals;
  private final @Nullable Context outer;
  private final Map<String, @Nullable Object> assigned = new HashMap<>();
  private final Set<String> exported = new LinkedHashSet<>();
  private final Map<String, @Nullable Object> exportedOnly = new LinkedHashMap<>();

  Context(
      Map<String, ? extends @Nullable Object> given,
      Map<String, ? extends @Nullable Object> globals,
      @Nullable Context outer) {
    this.given = given;
    this.globals = globals;
    this.outer = outer;
  }

  /** The value, or {@link Frame#UNSET}. */
  @Nullable Object resolve(String name) {
    Object value = assigned.get(name);
    if (value != null || (!assigned.isEmpty() && assigned.containsKey(name))) {
      return value;
    }
    value = given.get(name);
    if (value != null || given.containsKey(name)) {
      return value;
    }
    if (outer != null) {
      return outer.resolve(name);
    }
    value = globals.get(name);
    return value != null || globals.containsKey(name) ? value : Frame.UNSET;
  }

  void assign(String name, @Nullable Object value) {
    assigned.put(name, value);
  }

  /** Assigns a name that importers of the template can see. */
  void export(String name, @Nullable Object value) {
    assigned.put(name, value);
    if (!name.startsWith("_")) {
      exported.add(name);
    }
  }

  /** Shows a value to importers, but not to the template itself. */
  void exportOnly(String name, @Nullable Object value) {
    exportedOnly.put(name, value);
  }

  Map<String, @Nullable Object> exported() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>(exportedOnly);
    exported.forEach(name -> values.put(name, assigned.get(name)));
    return values;
  }

  /** A context that sees this one and {@code locals} before it. */
  Context derive(Map<String, @Nullable Object> locals) {
    return new Context(locals, globals, this);
  }

  /** All names that can be resolved. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>(assigned.keySet());
    names.addAll(given.keySet());
    names.addAll(outer == null ? globals.keySet() : outer.names());
    return names;
  }
}
