package dev.millrace.dbt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.project.ProblemPrinter;
import dev.millrace.project.ProjectLoader;
import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is done to a project's files, loading it ends with a project or with its problems. */
class MutatedProjectTest {
  private static final Path ADS = Path.of("..", "examples", "ads");
  private static final int ROUNDS = Integer.getInteger("millrace.rounds", 200);
  private static final List<String> SNIPPETS =
      List.of(
          "\n",
          " ",
          "  ",
          "\t",
          ":",
          "- ",
          "{",
          "}",
          "[",
          "]",
          "'",
          "\"",
          "#",
          "&a ",
          "*a",
          "<<: ",
          "{{",
          "}}",
          "{%",
          "%}",
          "{{ var('x') }}",
          "{{ env_var('X') }}",
          "null",
          "~",
          "1e400",
          "-1",
          "99999999999999999999",
          "ref(",
          ")",
          ",",
          "true",
          "\u0000",
          "\uFEFF",
          "😀",
          "|",
          ">",
          "\r",
          "!!binary ",
          "name: ",
          "$",
          "$$",
          "--",
          "/*",
          "WITH ",
          "{% if x %}",
          "{# ",
          "__proto__");

  @TempDir Path temporary;

  @Test
  void endsWithAProjectOrItsProblems() throws IOException {
    long seed = Seeds.next("MutatedProjectTest");
    Random random = new Random(seed);
    List<Path> files;
    try (Stream<Path> walk = Files.walk(ADS)) {
      files =
          walk.filter(Files::isRegularFile)
              .map(ADS::relativize)
              .filter(f -> !f.startsWith(".millrace"))
              .sorted()
              .toList();
    }
    for (Path file : files) {
      write(file, Files.readString(ADS.resolve(file)));
    }
    ProjectLoader loader = new ProjectLoader(DeclaredConnector.ALL, new DbtTemplates(), Map.of());
    int faulty = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<Path> changed = new ArrayList<>();
      for (int n = 1 + random.nextInt(2); n > 0; n--) {
        Path file = files.get(random.nextInt(files.size()));
        changed.add(file);
        write(file, mutate(Files.readString(temporary.resolve(file)), random));
      }
      try {
        loader.load(temporary, null);
      } catch (StopException e) {
        faulty++;
        check(e.problems(), seed);
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + ", round " + round + ", files " + changed, e);
      }
      for (Path file : changed) {
        write(file, Files.readString(ADS.resolve(file)));
      }
    }
    assertThat(faulty).as("seed " + seed).isBetween(ROUNDS / 10, ROUNDS);
  }

  private void check(List<Problem> problems, long seed) {
    assertThat(problems).as("seed " + seed).isNotEmpty();
    assertThat(problems).allMatch(p -> !p.message().isBlank() && !p.message().contains("null,"));
    assertThat(new ProblemPrinter(temporary, true).text(problems)).isNotBlank();
    assertThat(new ProblemPrinter(temporary, false).json(problems)).isNotBlank();
  }

  private void write(Path file, String text) throws IOException {
    Path path = temporary.resolve(file.toString());
    Files.createDirectories(path.resolveSibling("."));
    Files.writeString(path, text);
  }

  private static String mutate(String text, Random random) {
    StringBuilder mutated = new StringBuilder(text);
    for (int n = 1 + random.nextInt(3); n > 0 && mutated.length() > 1; n--) {
      int at = random.nextInt(mutated.length());
      int end = Math.min(mutated.length(), at + 1 + random.nextInt(12));
      switch (random.nextInt(5)) {
        case 0 -> mutated.delete(at, end);
        case 1 -> mutated.insert(at, SNIPPETS.get(random.nextInt(SNIPPETS.size())));
        case 2 -> mutated.insert(at, mutated.substring(at, end));
        case 3 -> {
          String[] lines = mutated.toString().split("\n");
          String line = lines[random.nextInt(lines.length)];
          mutated.insert(mutated.lastIndexOf("\n", at) + 1, line + "\n");
        }
        default -> {
          int word = mutated.indexOf(" ", at);
          int next = word < 0 ? -1 : mutated.indexOf("\n", word);
          if (next > 0) {
            mutated.replace(word + 1, next, SNIPPETS.get(random.nextInt(SNIPPETS.size())));
          }
        }
      }
    }
    return mutated.toString();
  }
}
