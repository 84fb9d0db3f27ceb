package dev.millrace.engine.change;

import dev.millrace.api.error.Problems;
import dev.millrace.api.function.ScalarFunction;
import dev.millrace.engine.ProjectFunctions;
import dev.millrace.engine.lookup.UsedColumns;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
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
        for (Path jar : files.filter(f -> f.toString().endsWith(".jar")).toList()) {
          hashes.put(jar.getFileName().toString(), Definitions.hash(Files.readAllBytes(jar)));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
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

  /** Those functions that a program may call. */
  List<String> usedBy(StreamProgram program) {
    if (functions.isEmpty()) {
      return List.of();
    }
    UsedColumns words = new UsedColumns(program);
    return functions.stream().filter(words::contains).sorted().toList();
  }
}
