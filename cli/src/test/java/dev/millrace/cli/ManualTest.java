package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.project.Reference;
import dev.millrace.server.run.Connectors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The manual's generated part is what the declarations say. */
class ManualTest {
  private static final Path REFERENCE = Path.of("..", "docs", "reference.md");

  @Test
  void referenceIsGenerated() throws Exception {
    String generated = new Reference(new Connectors().all()).markdown();
    if (Boolean.getBoolean("millrace.accept")) {
      Files.writeString(REFERENCE, generated);
    }
    assertThat(Files.readString(REFERENCE))
        .as(
            "docs/reference.md is not what the option declarations say; run with -Dmillrace.accept=true")
        .isEqualTo(generated);
  }

  /** Whether they work, {@link ManualCommandsTest} tries; this is quicker. */
  @Test
  void commandsAreWellFormed() throws Exception {
    List<Manual.Step> commands = Manual.steps().stream().filter(s -> !s.isFile()).toList();
    assertThat(commands).hasSizeGreaterThan(20);
    for (Manual.Step step : commands) {
      List<String> words = step.words();
      assertThat(words.get(0))
          .as("%s: `%s` is tried by no test", step.place(), step.command())
          .isIn(Manual.TRIED);
      if (step.isSynopsis()) {
        assertThat(words.stream().filter(w -> w.startsWith("[--")).map(ManualTest::option))
            .as(step.place())
            .isSubsetOf(options(words.get(1)));
      } else if (words.get(0).equals("./millrace")) {
        String[] arguments = words.subList(1, words.size()).toArray(String[]::new);
        assertThatCode(() -> Millrace.command().parseArgs(arguments))
            .as("%s: %s", step.place(), step.command())
            .doesNotThrowAnyException();
      }
    }
  }

  private static String option(String word) {
    return word.replaceAll("[\\[\\].]", "");
  }

  private static Set<String> options(String command) {
    CommandLine found = Millrace.command().getSubcommands().get(command);
    return found == null ? Set.of() : found.getCommandSpec().optionsMap().keySet();
  }
}
