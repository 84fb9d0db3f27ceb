package dev.millrace.dbt.macro;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.TemplatePlaces;
import dev.millrace.dbt.TemplatePlaces.Fragment;
import dev.millrace.jinja.Environment;
import dev.millrace.jinja.TemplateException;
import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All macros of a project, its packages and dbt itself, compiled, and dbt's rules about which of
 * them a name means. Immutable; used by any number of threads. Macros run in a {@link
 * MacroSession}.
 */
public final class MacroLibrary {
  /** The name of the package of dbt's own macros in templates. */
  public static final String INTERNAL = "dbt";

  private static final List<String> PREFIXES = List.of("duckdb__", "default__");

  private final String rootProject;
  private final Map<String, List<String>> dispatch;
  private final Map<String, Map<String, MacroDef>> packages;
  private final Map<String, MacroFile> files;
  private final Map<String, MacroNamespace> namespaces = new ConcurrentHashMap<>();

  private MacroLibrary(
      String rootProject,
      Map<String, List<String>> dispatch,
      Map<String, Map<String, MacroDef>> packages,
      Map<String, MacroFile> files) {
    this.rootProject = rootProject;
    this.dispatch = Map.copyOf(dispatch);
    this.packages = packages;
    this.files = files;
  }

  /**
   * Compiles macros.
   *
   * @param rootProject whose macros take the place of dbt's own
   * @param macroFilesByPackage files of macros and generic tests, those of the root project too
   * @param dispatchSearchOrder by macro namespace: the packages in which {@code adapter.dispatch}
   *     looks, in order
   * @param problems gets what does not compile, and macros that a package defines twice
   */
  public static MacroLibrary of(
      String rootProject,
      Map<String, List<TextFile>> macroFilesByPackage,
      Map<String, List<String>> dispatchSearchOrder,
      Problems problems) {
    return of(rootProject, macroFilesByPackage, dispatchSearchOrder, DbtJinja.RUN, problems);
  }

  /**
   * Compiles macros, those of the root project with settings of its own.
   *
   * @param ofRoot Jinja's settings for the root project's files
   */
  public static MacroLibrary of(
      String rootProject,
      Map<String, List<TextFile>> macroFilesByPackage,
      Map<String, List<String>> dispatchSearchOrder,
      Environment ofRoot,
      Problems problems) {
    Map<String, Map<String, MacroDef>> packages = new LinkedHashMap<>();
    Map<String, MacroFile> files = new HashMap<>();
    macroFilesByPackage.forEach(
        (name, texts) -> {
          Map<String, MacroDef> macros = new LinkedHashMap<>();
          texts.forEach(
              file ->
                  compile(name, file, name.equals(rootProject) ? ofRoot : DbtJinja.RUN, problems)
                      .ifPresent(
                          compiled -> {
                            files.put(file.path(), compiled);
                            add(compiled, macros, problems);
                          }));
          packages.put(name, macros);
        });
    Map<String, MacroDef> internal = new LinkedHashMap<>();
    for (MacroFile file : InternalMacros.files()) {
      files.put(file.template().name(), file);
      file.macros().forEach(macro -> internal.put(macro.name(), macro));
    }
    packages.put(INTERNAL, internal);
    return new MacroLibrary(rootProject, dispatchSearchOrder, packages, files);
  }

  private static Optional<MacroFile> compile(
      String packageName, TextFile file, Environment environment, Problems problems) {
    try {
      return Optional.of(MacroFile.compile(packageName, file, environment));
    } catch (TemplateException e) {
      Fragment whole = Fragment.of(file);
      problems.add(new TemplatePlaces(name -> whole).problem(e));
      return Optional.empty();
    }
  }

  private static void add(MacroFile file, Map<String, MacroDef> macros, Problems problems) {
    for (MacroDef macro : file.macros()) {
      MacroDef first = macros.putIfAbsent(macro.name(), macro);
      if (first != null) {
        problems.error(
            DbtError.DUPLICATE_MACRO,
            macro.where(),
            "two macros of `" + macro.packageName() + "` have the name `" + macro.name() + "`",
            "the first one is at " + first.where());
      }
    }
  }

  /** The root project's name. */
  public String rootProject() {
    return rootProject;
  }

  /** All macros, dbt's own last. */
  public List<MacroDef> all() {
    List<MacroDef> all = new ArrayList<>();
    packages.values().forEach(macros -> all.addAll(macros.values()));
    return all;
  }

  /** The macro of that name that a template of {@code packageName} calls without a prefix. */
  public Optional<MacroDef> find(String packageName, String name) {
    return namespace(packageName).macro(name);
  }

  /** The macro that {@code package.name} is; {@code dbt} is the package of dbt's own. */
  public Optional<MacroDef> inPackage(String packageName, String name) {
    return Optional.ofNullable(packages.getOrDefault(packageName, Map.of()).get(name));
  }

  /** The macro with that {@code unique_id}. */
  public Optional<MacroDef> byId(String id) {
    String[] parts = id.split("\\.", 3);
    if (parts.length < 3) {
      return Optional.empty();
    }
    String name = parts[1].equals(InternalMacros.ADAPTER) ? INTERNAL : parts[1];
    return inPackage(name, parts[2]).filter(macro -> macro.id().equals(id));
  }

  /** The macro of a generic test. */
  public Optional<MacroDef> test(String fromPackage, Optional<String> packageName, String name) {
    String macro = "test_" + name;
    return packageName.isPresent() ? inPackage(packageName.get(), macro) : find(fromPackage, macro);
  }

  /**
   * The macro of a materialization: DuckDB's before the general one, the root project's before
   * dbt's own; other packages only add materializations that dbt does not have.
   */
  public Optional<MacroDef> materialization(String name) {
    String macro = "materialization_" + name;
    Set<String> order = new LinkedHashSet<>(List.of(rootProject));
    boolean builtIn =
        inPackage(INTERNAL, macro + "_default").isPresent()
            || inPackage(INTERNAL, macro + "_duckdb").isPresent();
    order.addAll(builtIn ? Set.of(INTERNAL) : packages.keySet());
    for (String suffix : List.of("_duckdb", "_default")) {
      for (String candidate : order) {
        Optional<MacroDef> found = inPackage(candidate, macro + suffix);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /**
   * What {@code adapter.dispatch} finds.
   *
   * @param packageName of the node that is rendered
   * @param name without prefix
   * @param namespace {@code macro_namespace}; null if it is not given
   * @param tried gets the names that were looked up in vain
   */
  public Optional<MacroDef> dispatch(
      String packageName, String name, @Nullable String namespace, Collection<String> tried) {
    for (String candidate : searchOrder(namespace)) {
      for (String prefix : PREFIXES) {
        Optional<MacroDef> found =
            candidate.isEmpty()
                ? find(packageName, prefix + name)
                : inPackage(candidate, prefix + name);
        if (found.isPresent()) {
          return found;
        }
        tried.add((candidate.isEmpty() ? "" : candidate + ".") + prefix + name);
      }
    }
    return Optional.empty();
  }

  private List<String> searchOrder(@Nullable String namespace) {
    if (namespace == null) {
      return List.of("");
    }
    List<String> order = dispatch.get(namespace);
    if (order != null && !order.isEmpty()) {
      return order;
    }
    return packages.containsKey(namespace) ? List.of(rootProject, namespace) : List.of("");
  }

  /** What templates of a package see. */
  MacroNamespace namespace(String packageName) {
    return namespaces.computeIfAbsent(
        packageName, name -> MacroNamespace.of(name, rootProject, packages));
  }

  Set<String> packageNames() {
    return packages.keySet();
  }

  Map<String, MacroDef> macrosOf(String packageName) {
    return packages.getOrDefault(packageName, Map.of());
  }

  MacroFile file(String path) {
    MacroFile file = files.get(path);
    if (file == null) {
      throw new IllegalArgumentException("no file of macros: " + path);
    }
    return file;
  }

  /** The text of a file of macros by the name of its template; null if there is none. */
  public @Nullable Fragment fragment(String template) {
    MacroFile file = files.get(template);
    return file == null || file.macros().isEmpty()
        ? null
        : Fragment.of(file.macros().get(0).file());
  }

  /**
   * What {@code run-operation} calls.
   *
   * @param name {@code package.macro}, or a macro of the project, of dbt or of any package
   */
  public Optional<MacroDef> operation(String name) {
    int dot = name.indexOf('.');
    return dot < 0
        ? find(rootProject, name)
            .or(() -> all().stream().filter(m -> m.name().equals(name)).findFirst())
        : inPackage(name.substring(0, dot), name.substring(dot + 1));
  }

  /** The names of all macros. */
  public Set<String> names() {
    return all().stream().map(MacroDef::name).collect(Collectors.toSet());
  }

  /** True if the template of that name is a file of dbt's own macros. */
  public static boolean isInternal(String template) {
    return InternalMacros.files().stream()
        .flatMap(file -> file.macros().stream())
        .anyMatch(macro -> macro.file().path().equals(template));
  }
}
