package dev.millrace.dbt.load;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code var()} finds in each package: the values of the command line, then those of the root
 * project for the package and for all, then the package's own.
 */
final class VarValues {
  private VarValues() {}

  /** The values by package. */
  static Map<String, Map<String, @Nullable Object>> of(
      PackageProject root,
      Collection<PackageProject> packages,
      Map<String, @Nullable Object> given) {
    Map<String, Map<String, @Nullable Object>> all = new LinkedHashMap<>();
    for (PackageProject project : packages) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      if (!project.name().equals(root.name())) {
        add(project, project.name(), values);
      }
      add(root, project.name(), values);
      values.putAll(given);
      all.put(project.name(), values);
    }
    return all;
  }

  private static void add(
      PackageProject from, String packageName, Map<String, @Nullable Object> values) {
    Map<String, @Nullable Object> vars = Values.map(from.values(), "vars");
    values.putAll(vars);
    values.putAll(Values.map(vars, packageName));
  }
}
