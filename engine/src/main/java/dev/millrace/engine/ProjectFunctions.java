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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The functions that a project brings in Java: those of the jars in its folder {@code lib}, and of
 * the class path. The jars share a class loader, whose parent is Millrace's; it lives as long as
 * the process.
 */
public final class ProjectFunctions {
  /** The folder of the jars. */
  public static final String FOLDER = "lib";

  private ProjectFunctions() {}

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
   * Loads them; those with problems are left out.
   *
   * @param project the project's folder
   */
  public static List<ScalarFunction> load(Path project, Problems problems) {
    SourceLocation where = SourceLocation.ofFile(FOLDER);
    List<ScalarFunction> functions = new ArrayList<>();
    Set<String> names = new HashSet<>();
    try {
      for (FunctionProvider provider :
          ServiceLoader.load(FunctionProvider.class, loader(project))) {
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
    } catch (IOException | ServiceConfigurationError | RuntimeException | LinkageError e) {
      problems.error(
          FunctionError.FUNCTIONS_NOT_LOADED,
          where,
          "the functions in `" + FOLDER + "` cannot be loaded: " + text(e),
          "check the jars, and their META-INF/services/" + FunctionProvider.class.getName());
    }
    return List.copyOf(functions);
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

  private static ClassLoader loader(Path project) throws IOException {
    Path folder = project.resolve(FOLDER);
    ClassLoader own = ProjectFunctions.class.getClassLoader();
    if (!Files.isDirectory(folder)) {
      return own;
    }
    try (Stream<Path> files = Files.list(folder)) {
      URL[] jars =
          files
              .filter(f -> f.toString().endsWith(".jar"))
              .sorted()
              .map(ProjectFunctions::url)
              .toArray(URL[]::new);
      return jars.length == 0 ? own : new URLClassLoader("lib", jars, own);
    }
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
