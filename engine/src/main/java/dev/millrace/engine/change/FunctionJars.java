package dev.millrace.engine.change;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.api.function.ScalarFunction;
import dev.millrace.engine.ProjectFunctions;
import dev.millrace.engine.ProjectFunctions.FunctionError;
import dev.millrace.engine.lookup.UsedColumns;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The jars of a project's functions. Any of them may have what a function calls, so a stream that
 * uses one depends on all.
 *
 * @param functions the names of the project's functions; none if it has no jar
 * @param hashes of the jars, by name
 */
record FunctionJars(List<String> functions, Map<String, String> hashes) {
  /** Copies the collections. */
  FunctionJars {
    functions = List.copyOf(functions);
    hashes = Map.copyOf(hashes);
  }

  /** Those of a project's folder. */
  static FunctionJars of(Path project) {
    Path folder = project.resolve(ProjectFunctions.FOLDER);
    Map<String, String> hashes = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path jar : files.filter(FunctionJars::isJar).toList()) {
          hashes.put(jar.getFileName().toString(), Definitions.hash(Files.readAllBytes(jar)));
        }
      } catch (IOException e) {
        throw new StopException(
            Problem.error(
                FunctionError.FUNCTIONS_NOT_LOADED,
                SourceLocation.ofFile(ProjectFunctions.FOLDER),
                "a jar in `" + ProjectFunctions.FOLDER + "` cannot be read: " + e,
                "let whoever runs Millrace read it, or take it out of the folder"),
            e);
      }
    }
    return new FunctionJars(
        hashes.isEmpty()
            ? List.of()
            : ProjectFunctions.load(project, new Problems()).stream()
                .map(ScalarFunction::name)
                .toList(),
        hashes);
  }

  private static boolean isJar(Path file) {
    return file.toString().endsWith(".jar") && Files.isRegularFile(file);
  }

  /** Those functions that a program may call. */
  List<String> usedBy(StreamProgram program) {
    if (functions.isEmpty()) {
      return List.of();
    }
    UsedColumns words = new UsedColumns(program);
    return functions.stream().filter(words::contains).sorted().toList();
  }
}
