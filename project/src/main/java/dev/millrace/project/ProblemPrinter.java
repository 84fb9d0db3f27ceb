package dev.millrace.project;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Severity;
import dev.millrace.api.error.SourceLocation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Shows problems to a person: place, offending line with the stretch underlined, cause and hint; or
 * to a program, as JSON. Values of keys that look like secrets are masked in the lines shown. Not
 * thread-safe.
 */
public final class ProblemPrinter {
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)(\\b[\\w.-]*(?:password|passwd|passphrase|secret|token|credential|api_?key|webhook)[\\w.-]*"
              + "[\"']?\\s*:\\s*)(?![\\s\"']*\\{\\{)([^,}#\\s][^,}#]*)");
  private static final Pattern USER_INFO = Pattern.compile("(://[^/\\s:@]*:)[^@\\s/]+@");

  /** Lines are cut to this many characters, around what is wrong. */
  private static final int WIDTH = 110;

  private final Path folder;
  private final boolean colours;
  private final Map<String, TextFile> files = new HashMap<>();

  /**
   * A printer.
   *
   * @param folder the project's; places are printed below it as it is given, so that a terminal can
   *     open them
   * @param colours true for a terminal
   */
  public ProblemPrinter(Path folder, boolean colours) {
    this.folder = folder;
    this.colours = colours;
  }

  /** All problems, each with a blank line behind it, and how many there are. */
  public String text(List<Problem> problems) {
    StringBuilder out = new StringBuilder();
    for (Problem problem : problems) {
      print(problem, out);
      out.append('\n');
    }
    return out.append(summary(problems)).append('\n').toString();
  }

  private void print(Problem problem, StringBuilder out) {
    boolean error = problem.severity() == Severity.ERROR;
    Colour colour = error ? Colour.RED : Colour.YELLOW;
    String code = (error ? "error" : "warning") + "[" + problem.code().name() + "]";
    out.append(paint(colour, paint(Colour.BOLD, code))).append(": ");
    out.append(paint(Colour.BOLD, problem.message())).append('\n');
    SourceLocation where = problem.where();
    String margin = " ";
    if (where != null) {
      margin = " ".repeat(String.valueOf(Math.max(where.line(), 1)).length() + 1);
      String path = folder.resolve(where.file()).toString().replace('\\', '/');
      String place = where.toString().substring(where.file().length());
      out.append(margin.substring(1)).append(paint(Colour.BLUE, "--> ")).append(path).append(place);
      out.append('\n');
      if (where.line() > 0) {
        excerpt(where, margin, colour, out);
      }
    }
    if (problem.hint() != null) {
      out.append(margin).append(paint(Colour.BLUE, "= ")).append(paint(Colour.CYAN, "hint"));
      out.append(": ").append(problem.hint()).append('\n');
    }
  }

  private void excerpt(SourceLocation where, String margin, Colour colour, StringBuilder out) {
    String line = file(where.file()).line(where.line());
    if (line.isBlank()) {
      return;
    }
    int start = Math.min(Math.max(0, where.column() - 1), line.length());
    int end = Math.min(line.length(), start + Math.max(1, where.length()));
    String masked = mask(line);
    boolean same = masked.equals(line);
    int from = same ? Math.max(0, Math.min(start - WIDTH / 3, line.length() - WIDTH)) : 0;
    int to = Math.min(masked.length(), from + WIDTH);
    String bar = paint(Colour.BLUE, "|");
    out.append(margin).append(bar).append('\n');
    out.append(paint(Colour.BLUE, String.valueOf(where.line())))
        .append(' ')
        .append(bar)
        .append(' ');
    out.append(from > 0 ? "…" : "").append(masked, from, to);
    out.append(to < masked.length() ? "…" : "").append('\n');
    if (where.column() > 0 && (same || masked.startsWith(line.substring(0, start)))) {
      StringBuilder carets = new StringBuilder(from > 0 ? " " : "");
      for (int i = from; i < start; i++) {
        carets.append(blank(line, i));
      }
      int shown = Math.max(start + 1, Math.min(same ? end : start + 1, to));
      String under = "^".repeat(columns(line, start, shown));
      out.append(margin).append(bar).append(' ').append(carets).append(paint(colour, under));
      out.append('\n');
    }
  }

  /** White space as wide as the character above it. */
  private static String blank(String line, int at) {
    char c = line.charAt(at);
    return c == '\t' ? "\t" : " ".repeat(columns(line, at, at + 1));
  }

  /** How many columns of a terminal a stretch takes. */
  private static int columns(String line, int from, int to) {
    int columns = 0;
    for (int i = from; i < to; i++) {
      char c = i < line.length() ? line.charAt(i) : ' ';
      boolean zero =
          Character.isLowSurrogate(c) || Character.getType(c) == Character.NON_SPACING_MARK;
      columns += zero ? 0 : isWide(c) ? 2 : 1;
    }
    return columns;
  }

  /** Chinese, Japanese and Korean letters and pictographs take two columns. */
  private static boolean isWide(char c) {
    return (c >= 0x1100 && c <= 0x115F)
        || (c >= 0x2E80 && c <= 0xA4CF)
        || (c >= 0xAC00 && c <= 0xD7A3)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0xFE30 && c <= 0xFE4F)
        || (c >= 0xFF00 && c <= 0xFF60)
        || Character.isHighSurrogate(c);
  }

  private static String mask(String line) {
    String masked = SECRET.matcher(line).replaceAll("$1***");
    return USER_INFO.matcher(masked).replaceAll("$1***@");
  }

  private TextFile file(String name) {
    return files.computeIfAbsent(
        name,
        n -> {
          try {
            byte[] bytes = Files.readAllBytes(folder.resolve(n));
            String text = new String(bytes, StandardCharsets.UTF_8);
            return new TextFile(n, text.startsWith("\uFEFF") ? text.substring(1) : text);
          } catch (IOException e) {
            // The problem is told without its line; that the file is away is told by others.
            return new TextFile(n, "");
          }
        });
  }

  private String summary(List<Problem> problems) {
    long errors = problems.stream().filter(p -> p.severity() == Severity.ERROR).count();
    long warnings = problems.size() - errors;
    if (problems.isEmpty()) {
      return paint(Colour.GREEN, "no problems");
    }
    List<String> parts = new ArrayList<>();
    if (errors > 0) {
      parts.add(paint(Colour.RED, count(errors, "error")));
    }
    if (warnings > 0) {
      parts.add(paint(Colour.YELLOW, count(warnings, "warning")));
    }
    return String.join(", ", parts);
  }

  private static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  private String paint(Colour colour, String text) {
    return colour.paint(text, colours);
  }

  /**
   * A JSON object: {@code problems}, a list of objects with {@code code}, {@code severity}, {@code
   * blame}, {@code file}, {@code line}, {@code column}, {@code length} (without the parts that are
   * not known), {@code message} and {@code hint}; and the counts {@code errors} and {@code
   * warnings}.
   */
  public String json(List<Problem> problems) {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Problem problem : problems) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("code", problem.code().name());
      fields.put("severity", problem.severity().name().toLowerCase(Locale.ROOT));
      fields.put("blame", problem.code().blame().name().toLowerCase(Locale.ROOT));
      SourceLocation where = problem.where();
      if (where != null) {
        fields.put("file", where.file());
        put(fields, "line", where.line());
        put(fields, "column", where.column());
        put(fields, "length", where.length());
      }
      fields.put("message", problem.message());
      if (problem.hint() != null) {
        fields.put("hint", problem.hint());
      }
      list.add(fields);
    }
    long errors = problems.stream().filter(p -> p.severity() == Severity.ERROR).count();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("problems", list);
    all.put("errors", errors);
    all.put("warnings", problems.size() - errors);
    return Json.write(all);
  }

  private static void put(Map<String, Object> fields, String name, int value) {
    if (value > 0) {
      fields.put(name, value);
    }
  }
}
