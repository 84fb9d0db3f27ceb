package dev.millrace.engine.unittest;

import dev.millrace.project.Project;
import dev.millrace.project.UnitTestSpec;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which unit tests are wanted, in dbt's words: names of tests or models, {@code tag:word}, {@code
 * path:models/ads.yml}, {@code test_type:unit}; {@code *} stands for any letters. Words apart are a
 * union, words joined by commas an intersection.
 */
public final class TestSelection {
  private final List<List<String>> wanted;

  /** A selection; of nothing but empty words it is all tests. */
  public TestSelection(List<String> words) {
    this.wanted =
        words.stream()
            .flatMap(w -> Arrays.stream(w.strip().split("\\s+")))
            .filter(w -> !w.isEmpty())
            .map(w -> List.of(w.split(",")))
            .toList();
  }

  /** The project's tests that are wanted, in the project's order. */
  public List<UnitTestSpec> of(Project project) {
    return project.unitTests().stream()
        .filter(t -> wanted.isEmpty() || wanted.stream().anyMatch(all -> fits(all, t, project)))
        .toList();
  }

  private static boolean fits(List<String> words, UnitTestSpec test, Project project) {
    return words.stream().allMatch(w -> fits(w, test, project));
  }

  private static boolean fits(String word, UnitTestSpec test, Project project) {
    if (word.startsWith("tag:")) {
      return test.tags().stream().anyMatch(t -> matches(word.substring(4), t));
    }
    if (word.startsWith("test_type:")) {
      return matches(word.substring(10), "unit");
    }
    if (word.startsWith("path:") || word.contains("/")) {
      String path = word.replaceFirst("^path:", "");
      String model = project.model(test.model()).map(m -> m.file()).orElse("");
      return isBelow(path, test.where().file()) || isBelow(path, model);
    }
    return matches(word, test.name()) || matches(word, test.model()) || matches(word, test.id());
  }

  private static boolean isBelow(String path, String file) {
    return matches(path, file) || file.startsWith(path.endsWith("/") ? path : path + "/");
  }

  private static boolean matches(String glob, String text) {
    String pattern =
        Arrays.stream(glob.split("\\*", -1))
            .map(Pattern::quote)
            .reduce((a, b) -> a + ".*" + b)
            .orElse("");
    return text.matches(pattern);
  }
}
