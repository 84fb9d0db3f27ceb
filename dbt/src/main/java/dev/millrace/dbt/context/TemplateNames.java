package dev.millrace.dbt.context;

import dev.millrace.dbt.macro.MacroDef;
import dev.millrace.dbt.macro.MacroSession;
import dev.millrace.jinja.value.Attributes;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The names that one node's template sees: macros and packages, then what is the node's own, then
 * what all share. Templates see it as {@code context}, too.
 */
final class TemplateNames extends AbstractMap<String, @Nullable Object> {
  private final @Nullable MacroSession session;
  private final String packageName;
  private final Map<String, @Nullable Object> own;
  private final Map<String, ? extends @Nullable Object> shared;
  private final Map<String, @Nullable Object> overrides;
  private final Consumer<MacroDef> seen;

  private TemplateNames(
      @Nullable MacroSession session,
      String packageName,
      Map<String, @Nullable Object> own,
      Map<String, ? extends @Nullable Object> shared,
      Map<String, @Nullable Object> overrides,
      Consumer<MacroDef> seen) {
    this.session = session;
    this.packageName = packageName;
    this.own = own;
    this.shared = shared;
    this.overrides = overrides;
    this.seen = seen;
  }

  /**
   * Names for a node's template.
   *
   * @param session with the macros; null if the template sees none
   * @param seen is told of each macro that the template itself looks up
   */
  static TemplateNames of(
      @Nullable MacroSession session,
      String packageName,
      Map<String, ? extends @Nullable Object> shared,
      Consumer<MacroDef> seen) {
    TemplateNames names =
        new TemplateNames(session, packageName, new HashMap<>(), shared, new HashMap<>(), seen);
    names.own.put("context", names);
    names.own.put(
        "builtins", new TemplateNames(null, packageName, names.own, shared, Map.of(), seen));
    return names;
  }

  /** The same names as the macros that the node calls see them. */
  TemplateNames ofMacros() {
    return new TemplateNames(session, packageName, own, shared, overrides, macro -> {});
  }

  /** Gives a name of the node a value, which may be {@link Lazy}. */
  TemplateNames set(String name, @Nullable Object value) {
    own.put(name, value);
    return this;
  }

  /** Gives a name a value that comes before macros of that name. */
  TemplateNames override(String name, @Nullable Object value) {
    overrides.put(name, value);
    return this;
  }

  @Override
  public @Nullable Object get(@Nullable Object key) {
    Object found = find(key);
    return found == Attributes.ABSENT ? null : found;
  }

  private @Nullable Object find(@Nullable Object key) {
    if (!(key instanceof String name)) {
      return Attributes.ABSENT;
    }
    if (!overrides.isEmpty() && overrides.containsKey(name)) {
      return overrides.get(name);
    }
    if (session != null) {
      Object macro = session.resolve(packageName, name, seen);
      if (macro != Attributes.ABSENT) {
        return macro;
      }
    }
    if (own.containsKey(name)) {
      Object value = own.get(name);
      return value instanceof Lazy lazy ? lazy.get() : value;
    }
    if (shared.containsKey(name)) {
      Object value = shared.get(name);
      return value instanceof Lazy lazy ? lazy.get() : value;
    }
    return Attributes.ABSENT;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return find(key) != Attributes.ABSENT;
  }

  @Override
  public @Nullable Object put(String name, @Nullable Object value) {
    return own.put(name, value);
  }

  @Override
  public Set<String> keySet() {
    Set<String> names = new LinkedHashSet<>(own.keySet());
    names.addAll(shared.keySet());
    names.addAll(overrides.keySet());
    if (session != null) {
      names.addAll(session.names(packageName));
    }
    return Collections.unmodifiableSet(names);
  }

  @Override
  public Set<Entry<String, @Nullable Object>> entrySet() {
    Map<String, @Nullable Object> all = new HashMap<>();
    keySet().forEach(name -> all.put(name, get(name)));
    return Collections.unmodifiableSet(all.entrySet());
  }

  @Override
  public int size() {
    return keySet().size();
  }

  /** Not its values, which may be large and may hold itself. */
  @Override
  public String toString() {
    return "<context of " + packageName + ">";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
