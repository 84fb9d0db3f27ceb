package dev.millrace.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProblemPrinterTest {
  @TempDir Path folder;

  private String print(String line, int column, int length) throws IOException {
    Files.writeString(folder.resolve("a.yml"), "first\n" + line + "\n");
    SourceLocation where = new SourceLocation("a.yml", 2, column, length);
    Problem problem = Problem.error(ProjectError.BAD_VALUE, where, "bad", "do better");
    return new ProblemPrinter(folder, false)
        .text(List.of(problem))
        .replace(folder + "/", "")
        .replace("\n\n1 error\n", "");
  }

  @Test
  void underlinesTheStretch() throws IOException {
    assertThat(print("key: value", 6, 5))
        .isEqualTo(
            """
            error[BAD_VALUE]: bad
             --> a.yml:2:6
              |
            2 | key: value
              |      ^^^^^
              = hint: do better""");
  }

  @Test
  void keepsTabsAndCountsWideLetters() throws IOException {
    assertThat(print("\t日本: 😀 x", 9, 1)).contains("2 | \t日本: 😀 x\n  | \t         ^");
  }

  @Test
  void cutsALongLineAroundTheStretch() throws IOException {
    String printed = print("x".repeat(500) + "HERE" + "y".repeat(500), 501, 4);
    assertThat(printed.lines()).allMatch(l -> l.length() < 120);
    String[] lines = printed.split("\n");
    assertThat(lines[4].indexOf('^')).isEqualTo(lines[3].indexOf("HERE"));
    assertThat(lines[4]).endsWith("^^^^").doesNotContain("^^^^^");
  }

  @Test
  void survivesPlacesOutsideOfTheFile() throws IOException {
    assertThat(print("short", 90, 10)).contains("2 | short\n");
    assertThat(print("", 1, 1)).contains("a.yml:2:1");
  }

  @Test
  void masksSecrets() throws IOException {
    assertThat(print("{pass_word: x, password: geheim, Api-Key: 'y z', user: me}", 1, 1))
        .contains("password: ***")
        .doesNotContain("geheim")
        .contains("user: me");
    assertThat(print("url: jdbc:postgresql://me:geheim@host/db", 1, 3))
        .contains("//me:***@host/db");
    assertThat(print("password: \"{{ env_var('PW') }}\"", 1, 3)).contains("env_var('PW')");
  }

  @Test
  void paintsOnlyWhenAsked() {
    Problem problem = Problem.warning(ProjectError.NO_EFFECT, null, "odd", null);
    assertThat(new ProblemPrinter(folder, false).text(List.of(problem)))
        .isEqualTo("warning[NO_EFFECT]: odd\n\n1 warning\n");
    assertThat(new ProblemPrinter(folder, true).text(List.of(problem))).contains("\u001b[33m");
  }

  @Test
  void writesJson() {
    Problem error =
        Problem.error(
            ProjectError.BAD_VALUE, new SourceLocation("a.yml", 2, 0, 0), "not \"so\"\n", "hint");
    Problem warning = Problem.warning(ProjectError.NO_EFFECT, null, "odd", null);
    assertThat(new ProblemPrinter(folder, false).json(List.of(error, warning)))
        .isEqualTo(
            """
            {
              "problems": [
                {
                  "code": "BAD_VALUE",
                  "severity": "error",
                  "blame": "user",
                  "file": "a.yml",
                  "line": 2,
                  "message": "not \\"so\\"\\n",
                  "hint": "hint"
                },
                {
                  "code": "NO_EFFECT",
                  "severity": "warning",
                  "blame": "user",
                  "message": "odd"
                }
              ],
              "errors": 1,
              "warnings": 1
            }
            """);
    assertThat(new ProblemPrinter(folder, false).json(List.of()))
        .isEqualTo("{\n  \"problems\": [],\n  \"errors\": 0,\n  \"warnings\": 0\n}\n");
  }
}
