package dev.millrace.dbt.context;

import dev.millrace.dbt.manifest.Node;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a model sees while its unit test runs: {@code this} as given, and macros as overridden. */
final class UnitTestNames {
  private UnitTestNames() {}

  /** Puts a unit test's own names before those of its model. */
  static void into(RunNames names, Node test) {
    Object input = test.extra().get("this_input");
    Object name = test.extra().get("this_name");
    names
        .names()
        .set(
            "this",
            input == null
                ? null
                : new Lazy(() -> names.given(String.valueOf(input), String.valueOf(name))));
    if (test.extra().get("overrides") instanceof Map<?, ?> overrides
        && overrides.get("macros") instanceof Map<?, ?> macros) {
      override(names.names(), macros);
    }
  }

  /** A name without a package goes before the same macro that is named with its package. */
  private static void override(TemplateNames names, Map<?, ?> macros) {
    Map<String, Map<String, @Nullable Object>> packages = new LinkedHashMap<>();
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    macros.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          int dot = name.indexOf('.');
          if (dot < 0) {
            plain.put(name, value);
            return;
          }
          String packageName = name.substring(0, dot);
          String macro = name.substring(dot + 1);
          packages.computeIfAbsent(packageName, p -> new LinkedHashMap<>()).put(macro, value);
          if (packageName.equals("dbt")) {
            plain.putIfAbsent(macro, value);
          }
        });
    packages.forEach(
        (name, values) -> {
          if (names.get(name) instanceof Attributes original) {
            names.override(name, new OverriddenPackage(original, values));
          }
        });
    plain.forEach(
        (name, value) -> {
          if (names.containsKey(name)) {
            names.override(name, in(names.get(name), value));
          }
        });
  }

  /** A macro returns the value; what is no macro is the value. */
  private static @Nullable Object in(@Nullable Object original, @Nullable Object value) {
    return original instanceof Callable ? (Callable) arguments -> value : value;
  }

  /** A package's macros, some of which return what the test says. */
  private static final class OverriddenPackage extends AbstractMap<String, @Nullable Object>
      implements Attributes {
    private final Attributes original;
    private final Map<String, @Nullable Object> values;

    OverriddenPackage(Attributes original, Map<String, @Nullable Object> values) {
      this.original = original;
      this.values = values;
    }

    @Override
    public @Nullable Object attribute(String name) {
      Object found = original.attribute(name);
      return found == ABSENT || !values.containsKey(name) ? found : in(found, values.get(name));
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
      Object found = key instanceof String name ? attribute(name) : ABSENT;
      return found == ABSENT ? null : found;
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return key instanceof String name && original.attribute(name) != ABSENT;
    }

    @Override
    public Set<Entry<String, @Nullable Object>> entrySet() {
      Map<String, @Nullable Object> all = new LinkedHashMap<>();
      if (original instanceof Map<?, ?> map) {
        map.keySet().forEach(key -> all.put(String.valueOf(key), get(key)));
      }
      return all.entrySet();
    }

    @Override
    public String typeName() {
      return original.typeName();
    }
  }
}
