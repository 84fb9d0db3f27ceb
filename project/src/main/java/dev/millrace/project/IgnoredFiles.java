package dev.millrace.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What {@code .dbtignore} leaves out, in git's patterns; the last one that matches counts. */
final class IgnoredFiles {
  private record Rule(Pattern pattern, boolean ignore) {}

  private final List<Rule> rules;

  private IgnoredFiles(List<Rule> rules) {
    this.rules = rules;
  }

  /** The rules of a package; none if it has no such file, or one that cannot be read. */
  static IgnoredFiles of(Path folder) {
    Path file = folder.resolve(".dbtignore");
    List<Rule> rules = new ArrayList<>();
    if (Files.isRegularFile(file)) {
      try {
        for (String line : Files.readAllLines(file)) {
          String text = line.strip();
          if (!text.isEmpty() && !text.startsWith("#")) {
            boolean ignore = !text.startsWith("!");
            rules.add(new Rule(pattern(ignore ? text : text.substring(1)), ignore));
          }
        }
      } catch (IOException e) {
        return new IgnoredFiles(List.of());
      }
    }
    return new IgnoredFiles(rules);
  }

  /** True if a file of that path below the package's folder is left out. */
  boolean matches(String path) {
    boolean ignored = false;
    for (Rule rule : rules) {
      if (rule.pattern().matcher(path).matches()) {
        ignored = rule.ignore();
      }
    }
    return ignored;
  }

  private static Pattern pattern(String glob) {
    boolean folder = glob.endsWith("/");
    String text = glob.replaceAll("/$", "");
    boolean anchored = text.contains("/");
    text = text.replaceAll("^/", "");
    StringBuilder regex = new StringBuilder(anchored ? "" : "(?:.*/)?");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (text.startsWith("**/", i)) {
        regex.append("(?:.*/)?");
        i += 2;
      } else if (text.startsWith("**", i)) {
        regex.append(".*");
        i++;
      } else if (c == '*') {
        regex.append("[^/]*");
      } else if (c == '?') {
        regex.append("[^/]");
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.append(folder ? "/.*" : "(?:/.*)?").toString());
  }
}
