package dev.millrace.dbt.macro;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What names without a prefix mean to a template, as dbt looks them up: macros of its own package,
 * of the root project, packages by name, dbt's own macros.
 */
final class MacroNamespace {
  private final Map<String, MacroDef> macros;
  private final Set<String> packages;

  private MacroNamespace(Map<String, MacroDef> macros, Set<String> packages) {
    this.macros = macros;
    this.packages = packages;
  }

  static MacroNamespace of(
      String own, String rootProject, Map<String, Map<String, MacroDef>> packages) {
    Map<String, MacroDef> macros =
        new HashMap<>(packages.getOrDefault(MacroLibrary.INTERNAL, Map.of()));
    packages.keySet().forEach(macros::remove);
    macros.putAll(packages.getOrDefault(rootProject, Map.of()));
    macros.putAll(packages.getOrDefault(own, Map.of()));
    return new MacroNamespace(macros, Set.copyOf(packages.keySet()));
  }

  Optional<MacroDef> macro(String name) {
    return Optional.ofNullable(macros.get(name));
  }

  /** Whether the name is a package's, and no macro's. */
  boolean isPackage(String name) {
    return packages.contains(name) && !macros.containsKey(name);
  }

  Set<String> macroNames() {
    return macros.keySet();
  }

  Set<String> packageNames() {
    return packages;
  }
}
