package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the manual tells its readers to do, in reading order: the commands in its blocks without a
 * language and in its text, and the files to add to a project.
 */
final class Manual {
  /** What a command may begin with; {@link ManualCommandsTest} knows how to try these. */
  static final List<String> TRIED = List.of("./millrace", "./check", "export");

  private static final List<String> FIRST =
      List.of(
          "README.md",
          "docs/getting-started.md",
          "examples/ads/README.md",
          "examples/sms/README.md",
          "examples/music/README.md");
  private static final Pattern INLINE = Pattern.compile("`(\\./millrace [^`]+)`");
  private static final Pattern ADD = Pattern.compile("Add `([^`]+)`:");
  private static final Pattern COMMENT = Pattern.compile("\\s+# .*");
  private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");
  private static final List<String> SHELL = List.of("", "sh", "bash", "shell", "console");

  private Manual() {}

  /**
   * One thing to do.
   *
   * @param place document and line
   * @param command a line for the shell; empty if there is a file to add
   * @param file to add to the project, relative to its folder
   * @param content of the file
   */
  record Step(String place, String command, String file, String content) {
    boolean isFile() {
      return !file.isEmpty();
    }

    /** Whether it only shows which options there are. */
    boolean isSynopsis() {
      return command.contains("[--");
    }

    /** The words of the command, as a shell takes them apart. */
    List<String> words() {
      List<String> words = new ArrayList<>();
      Matcher matcher = WORD.matcher(command);
      while (matcher.find()) {
        String quoted = matcher.group(1);
        words.add(quoted == null ? matcher.group(2) : quoted.replace("\\\"", "\""));
      }
      return words;
    }
  }

  /** The root of the repository. */
  static Path root() {
    return Path.of(System.getProperty("user.dir"), "..").normalize();
  }

  /** Everything that README and manual say to do. */
  static List<Step> steps() throws IOException {
    List<String> documents = new ArrayList<>(FIRST);
    try (Stream<Path> files = Files.list(root().resolve("docs"))) {
      files
          .map(f -> "docs/" + f.getFileName())
          .filter(f -> f.endsWith(".md") && !documents.contains(f))
          .sorted()
          .forEach(documents::add);
    }
    List<Step> steps = new ArrayList<>();
    for (String document : documents) {
      read(document, steps);
    }
    return steps;
  }

  private static void read(String document, List<Step> steps) throws IOException {
    List<String> lines = Files.readAllLines(root().resolve(document));
    String said = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("```")) {
        int end = i + 1;
        while (!lines.get(end).startsWith("```")) {
          end++;
        }
        List<String> block = lines.subList(i + 1, end);
        Matcher add = ADD.matcher(said);
        if (SHELL.contains(line.substring(3).strip())) {
          commands(document, i + 2, block, steps);
        } else if (add.matches()) {
          String text = String.join("\n", block) + "\n";
          steps.add(new Step(document + ":" + (i + 1), "", add.group(1), text));
        }
        i = end;
      } else {
        Matcher inline = INLINE.matcher(line);
        while (inline.find()) {
          steps.add(new Step(document + ":" + (i + 1), inline.group(1), "", ""));
        }
      }
      said = line.isBlank() ? said : line;
    }
  }

  /** A line that begins with a space goes on with the one before. */
  private static void commands(String document, int line, List<String> block, List<Step> steps) {
    for (int i = 0; i < block.size(); i++) {
      StringBuilder command = new StringBuilder(COMMENT.matcher(block.get(i)).replaceAll(""));
      String place = document + ":" + (line + i);
      while (i + 1 < block.size() && block.get(i + 1).startsWith(" ")) {
        i++;
        command.append(' ').append(block.get(i).strip());
      }
      if (!command.toString().isBlank()) {
        steps.add(new Step(place, command.toString().strip(), "", ""));
      }
    }
  }
}
