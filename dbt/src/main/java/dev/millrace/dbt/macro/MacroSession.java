package dev.millrace.dbt.macro;

import dev.millrace.jinja.Macro;
import dev.millrace.jinja.Module;
import dev.millrace.jinja.value.Attributes;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Macros ready to run, for one thread. Files of macros are instantiated once; the names that macros
 * see are those of the node that is rendered at that moment, which {@link #within} sets.
 */
public final class MacroSession {
  private final MacroLibrary library;
  private final Map<String, Module> modules = new HashMap<>();

  /** By identity, as a library has each macro once, and its text is long. */
  private final Map<MacroDef, Macro> macros = new IdentityHashMap<>();

  private Map<String, ? extends @Nullable Object> current = Map.of();

  private final Map<String, @Nullable Object> names = new CurrentNames();

  /** A session over a library. */
  public MacroSession(MacroLibrary library) {
    this.library = library;
  }

  /** The macros there are. */
  public MacroLibrary library() {
    return library;
  }

  /** The macro as a function. It sees the names of {@link #within} whenever it is called. */
  public Macro macro(MacroDef macro) {
    return macros.computeIfAbsent(macro, this::instantiate);
  }

  private Macro instantiate(MacroDef def) {
    Module module =
        modules.computeIfAbsent(
            def.file().path(), path -> library.file(path).template().module(names));
    Macro macro = module.macros().get(def.name());
    if (macro == null) {
      throw new IllegalStateException("no macro " + def.id());
    }
    return macro;
  }

  /** Does work in which macros see {@code context}; what they saw before is restored. */
  public <T extends @Nullable Object> T within(
      Map<String, ? extends @Nullable Object> context, Supplier<T> work) {
    Map<String, ? extends @Nullable Object> before = current;
    current = context;
    try {
      return work.get();
    } finally {
      current = before;
    }
  }

  /**
   * What a name without a prefix is to a template of a package: a macro, a package, or {@link
   * Attributes#ABSENT}.
   *
   * @param seen is told of each macro that is looked up, also as {@code package.macro}
   */
  public @Nullable Object resolve(String packageName, String name, Consumer<MacroDef> seen) {
    MacroNamespace namespace = library.namespace(packageName);
    Optional<MacroDef> found = namespace.macro(name);
    if (found.isPresent()) {
      seen.accept(found.get());
      return macro(found.get());
    }
    return namespace.isPackage(name) ? new PackageMacros(name, seen) : Attributes.ABSENT;
  }

  /** All names that {@link #resolve} knows. */
  public Set<String> names(String packageName) {
    MacroNamespace namespace = library.namespace(packageName);
    Set<String> all = new HashSet<>(namespace.macroNames());
    all.addAll(namespace.packageNames());
    return all;
  }

  /** The names of the node that is rendered now. */
  private final class CurrentNames extends AbstractMap<String, @Nullable Object> {
    @Override
    public @Nullable Object get(@Nullable Object key) {
      return current.get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return current.containsKey(key);
    }

    @Override
    public Set<String> keySet() {
      return Collections.unmodifiableSet(current.keySet());
    }

    @Override
    public Set<Entry<String, @Nullable Object>> entrySet() {
      Map<String, @Nullable Object> copy = new HashMap<>(current);
      return copy.entrySet();
    }
  }

  /** A package as templates see it: {@code dbt_utils.star(...)}. */
  private final class PackageMacros extends AbstractMap<String, @Nullable Object>
      implements Attributes {
    private final String packageName;
    private final Consumer<MacroDef> seen;

    PackageMacros(String packageName, Consumer<MacroDef> seen) {
      this.packageName = packageName;
      this.seen = seen;
    }

    @Override
    public @Nullable Object attribute(String name) {
      Optional<MacroDef> found = library.inPackage(packageName, name);
      if (found.isEmpty()) {
        return ABSENT;
      }
      seen.accept(found.get());
      return macro(found.get());
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
      Object found = key instanceof String name ? attribute(name) : ABSENT;
      return found == ABSENT ? null : found;
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return key instanceof String name && library.inPackage(packageName, name).isPresent();
    }

    @Override
    public Set<String> keySet() {
      return library.macrosOf(packageName).keySet();
    }

    @Override
    public Set<Entry<String, @Nullable Object>> entrySet() {
      Map<String, @Nullable Object> all = new HashMap<>();
      List.copyOf(keySet()).forEach(name -> all.put(name, get(name)));
      return all.entrySet();
    }

    @Override
    public String typeName() {
      return "dict";
    }

    @Override
    public String toString() {
      return "<package '" + packageName + "'>";
    }
  }
}
