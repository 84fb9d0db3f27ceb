package dev.millrace.dbt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.project.ProblemPrinter;
import dev.millrace.project.ProjectLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Loads faulty projects: each folder beside {@code base} holds the files in which a project differs
 * from {@code base}, and in {@code expected.txt} every problem that must be reported, in order.
 * Lines of that file that begin with {@code #} give the target, environment variables and files of
 * {@code base} that are left out. With {@code -Dmillrace.accept=true} the problems found are
 * written there; read them before committing.
 */
class BrokenProjectTest {
  private static final Path CASES = Path.of("src/test/resources/dev/millrace/dbt/broken");

  @TempDir Path temporary;

  @TestFactory
  Stream<DynamicTest> reportsEveryProblem() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders.sorted().toList().stream()
          .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f)));
    }
  }

  private void check(Path folder) throws IOException {
    Path project = temporary.resolve(folder.getFileName());
    Path expectedFile = folder.resolve("expected.txt");
    List<String> head = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    if (Files.exists(expectedFile)) {
      for (String line : Files.readAllLines(expectedFile)) {
        (line.startsWith("# ") ? head : expected).add(line);
      }
    }
    copy(CASES.resolve("base"), project, values(head, "without"));
    copy(folder, project, List.of("expected.txt"));
    Map<String, String> environment = new HashMap<>();
    for (String assignment : values(head, "env")) {
      environment.put(assignment.split("=")[0], assignment.split("=")[1]);
    }
    String target = values(head, "target").stream().findFirst().orElse(null);
    List<String> found = problems(project, target, environment);
    if (Boolean.getBoolean("millrace.accept") && !folder.endsWith("base")) {
      List<String> lines = new ArrayList<>(head);
      lines.addAll(found);
      Files.write(expectedFile, lines);
    } else {
      assertThat(found).containsExactlyElementsOf(expected);
    }
  }

  private static List<String> problems(
      Path project, @Nullable String target, Map<String, String> environment) {
    ProjectLoader loader =
        new ProjectLoader(DeclaredConnector.ALL, new DbtTemplates(), environment);
    Problems problems = new Problems();
    List<Problem> all;
    try {
      loader.load(project, target, problems);
      all = problems.all();
      assertThat(problems.hasErrors()).isFalse();
    } catch (StopException e) {
      all = e.problems();
    }
    String printed = new ProblemPrinter(project, false).text(all);
    assertThat(printed).doesNotContain("geheim");
    if (Boolean.getBoolean("millrace.accept")) {
      System.out.println(
          "=== " + project.getFileName() + "\n" + printed.replace(project + "/", ""));
    }
    String folder = project.toString();
    return all.stream().map(p -> p.toString().replace(folder, "FOLDER")).toList();
  }

  private static List<String> values(List<String> head, String key) {
    String prefix = "# " + key + ": ";
    return head.stream()
        .filter(l -> l.startsWith(prefix))
        .map(l -> l.substring(prefix.length()))
        .toList();
  }

  private static void copy(Path from, Path to, List<String> without) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path relative = from.relativize(file);
        if (!without.contains(relative.toString())) {
          Path copy = to.resolve(relative.toString());
          Files.createDirectories(Objects.requireNonNull(copy.getParent()));
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
