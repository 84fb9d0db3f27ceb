package dev.millrace.engine;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.function.FunctionProvider;
import dev.millrace.api.function.ScalarFunction;
import dev.millrace.api.type.DataType;
import dev.millrace.sql.JavaFunctions;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The functions that a project brings in Java: those of the jars in its folder {@code lib}, and of
 * the class path. The jars share a class loader, whose parent is Millrace's; it lives as long as
 * the process.
 */
public final class ProjectFunctions {
  /** The folder of the jars. */
  public static final String FOLDER = "lib";

  private static final Map<List<Jar>, List<ScalarFunction>> LOADED = new ConcurrentHashMap<>();

  private ProjectFunctions() {}

  /** A jar as it is. */
  private record Jar(Path file, long bytes, FileTime modified) {}

  /** What can be wrong with a function. */
  public enum FunctionError implements ErrorCode {
    /** A jar cannot be read, or its provider cannot be made. */
    FUNCTIONS_NOT_LOADED,
    /** A name, a type or a repetition. */
    FUNCTION_INVALID;

    @Override
    public Blame blame() {
      return Blame.USER;
    }
  }

  /**
   * Loads them; those with problems are left out. Jars that have not changed are loaded once in a
   * process, as their classes stay.
   *
   * @param project the project's folder
   */
  public static List<ScalarFunction> load(Path project, Problems problems) {
    SourceLocation where = SourceLocation.ofFile(FOLDER);
    Problems own = new Problems();
    List<ScalarFunction> functions = new ArrayList<>();
    try {
      List<Jar> jars = jars(project);
      List<ScalarFunction> loaded = LOADED.get(jars);
      if (loaded != null) {
        return loaded;
      }
      load(loader(jars), where, own, functions);
      if (own.all().isEmpty()) {
        LOADED.put(jars, List.copyOf(functions));
      }
    } catch (IOException | ServiceConfigurationError | RuntimeException | LinkageError e) {
      own.error(
          FunctionError.FUNCTIONS_NOT_LOADED,
          where,
          "the functions in `" + FOLDER + "` cannot be loaded: " + text(e),
          "check the jars, and their META-INF/services/" + FunctionProvider.class.getName());
    }
    own.all().forEach(problems::add);
    return List.copyOf(functions);
  }

  private static void load(
      ClassLoader loader, SourceLocation where, Problems problems, List<ScalarFunction> functions) {
    Set<String> names = new HashSet<>();
    for (FunctionProvider provider : ServiceLoader.load(FunctionProvider.class, loader)) {
      for (ScalarFunction function : provider.functions()) {
        Optional<String> fault = fault(function, names);
        fault.ifPresent(
            f ->
                problems.error(
                    FunctionError.FUNCTION_INVALID,
                    where,
                    "function `"
                        + function.signature()
                        + "` of "
                        + provider.getClass().getName()
                        + " "
                        + f,
                    null));
        if (fault.isEmpty()) {
          functions.add(function);
        }
      }
    }
  }

  /** A function has the name of one of DuckDB's. */
  static void nameTaken(ScalarFunction function, Problems problems) {
    problems.error(
        FunctionError.FUNCTION_INVALID,
        SourceLocation.ofFile(FOLDER),
        "function `" + function.signature() + "`: DuckDB has a function of that name",
        "give it another one");
  }

  private static String text(Throwable thrown) {
    Throwable cause = thrown.getCause();
    String message = String.valueOf(thrown.getMessage());
    return cause == null ? message : message + ": " + cause;
  }

  private static List<Jar> jars(Path project) throws IOException {
    Path folder = project.resolve(FOLDER).toAbsolutePath();
    List<Jar> jars = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
          jars.add(new Jar(file, Files.size(file), Files.getLastModifiedTime(file)));
        }
      }
    }
    return jars;
  }

  private static ClassLoader loader(List<Jar> jars) {
    ClassLoader own = ProjectFunctions.class.getClassLoader();
    URL[] urls = jars.stream().map(jar -> url(jar.file())).toArray(URL[]::new);
    return urls.length == 0 ? own : new URLClassLoader("lib", urls, own);
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is wrong with a function; empty if nothing. */
  private static Optional<String> fault(ScalarFunction function, Set<String> names) {
    if (!function.name().matches("[a-z][a-z0-9_]{0,62}")) {
      return Optional.of("has no name of lower case letters, digits and underscores");
    }
    if (function.name().startsWith("millrace_")) {
      return Optional.of("has a name that Millrace keeps for itself");
    }
    if (!names.add(function.name())) {
      return Optional.of("has the name of another function of the project");
    }
    List<DataType> types = new ArrayList<>(function.parameters());
    types.add(function.result());
    return types.stream()
        .filter(t -> !JavaFunctions.supports(t))
        .findFirst()
        .map(t -> "has the type " + t + ", which no Java function can have; pass it as VARCHAR");
  }
}
