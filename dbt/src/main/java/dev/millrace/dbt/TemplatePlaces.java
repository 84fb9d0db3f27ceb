package dev.millrace.dbt;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.jinja.Origin;
import dev.millrace.jinja.Rendered;
import dev.millrace.jinja.TemplateException;
import dev.millrace.jinja.TemplateFrame;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns places in templates into places in the project's files. */
final class TemplatePlaces {
  /** The template's name where it is a text of a YAML file. */
  static final String TEXT = "text";

  private final Map<String, TextFile> files;
  private final YamlNode.@Nullable Places inYaml;

  /** Templates that are whole files, by path. */
  TemplatePlaces(Map<String, TextFile> files) {
    this(files, null);
  }

  private TemplatePlaces(Map<String, TextFile> files, YamlNode.@Nullable Places inYaml) {
    this.files = files;
    this.inYaml = inYaml;
  }

  /** A template that is a text of a YAML file. */
  static TemplatePlaces inText(String template, YamlNode.Places places) {
    return new TemplatePlaces(Map.of(TEXT, new TextFile(TEXT, template)), places);
  }

  /** The place of a stretch of a template. */
  private SourceLocation at(String template, int offset, int length) {
    if (inYaml != null) {
      return inYaml.locate(offset, length);
    }
    TextFile file = files.get(template);
    return file == null ? SourceLocation.ofFile(template) : file.at(offset, length);
  }

  private String text(String template) {
    TextFile file = files.get(template);
    return file == null ? "" : file.text();
  }

  private int offset(String template, int line, int column) {
    TextFile file = files.get(template);
    return file == null ? 0 : file.offset(line, column);
  }

  /** The place of something that was defined or is used at an origin. */
  SourceLocation at(Origin origin) {
    int offset = offset(origin.template(), origin.line(), origin.column());
    return at(origin.template(), offset, wordLength(text(origin.template()), offset));
  }

  /** The place of a call, from the function's name to the closing bracket. */
  SourceLocation ofCall(Origin origin) {
    String text = text(origin.template());
    int start = offset(origin.template(), origin.line(), origin.column());
    int depth = 0;
    char quote = 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(') {
        depth++;
      } else if (c == ')' && --depth == 0) {
        return at(origin.template(), start, i + 1 - start);
      }
    }
    return at(origin);
  }

  /**
   * The place of one keyword argument of a call, from its name to the end of its value; the whole
   * call's if it is not written there.
   */
  SourceLocation ofArgument(Origin origin, String keyword) {
    String text = text(origin.template());
    int start = offset(origin.template(), origin.line(), origin.column());
    Matcher matcher =
        Pattern.compile("[(,]\\s*['\"]?(" + Pattern.quote(keyword) + ")['\"]?\\s*[=:]")
            .matcher(text);
    SourceLocation call = ofCall(origin);
    if (!matcher.find(start)) {
      return call;
    }
    int depth = 0;
    char quote = 0;
    for (int i = matcher.end(); i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(' || c == '[' || c == '{') {
        depth++;
      } else if (depth == 0 && (c == ',' || c == ')' || c == '}')) {
        String found = text.substring(matcher.start(1), i).stripTrailing();
        return at(origin.template(), matcher.start(1), found.length());
      } else if (c == ')' || c == ']' || c == '}') {
        depth--;
      }
    }
    return call;
  }

  /** The place that a stretch of rendered text came from. */
  SourceLocation at(Rendered rendered, int offset, int length) {
    Optional<Origin> first = rendered.originOf(offset);
    if (first.isEmpty()) {
      return files.size() == 1
          ? SourceLocation.ofFile(files.keySet().iterator().next())
          : new SourceLocation("", 0, 0, 0);
    }
    Origin origin = first.get();
    int start = offset(origin.template(), origin.line(), origin.column());
    Optional<Origin> last = rendered.originOf(offset + Math.max(0, length - 1));
    boolean literal =
        last.isPresent()
            && last.get().template().equals(origin.template())
            && offset(origin.template(), last.get().line(), last.get().column()) - start
                == Math.max(0, length - 1);
    if (literal) {
      return at(origin.template(), start, length);
    }
    return at(origin.template(), start, expressionLength(text(origin.template()), start));
  }

  /** How long the expression is that begins here, with its braces. */
  private static int expressionLength(String text, int start) {
    int end = text.indexOf("}}", start);
    if (end < 0) {
      return 0;
    }
    return text.startsWith("{{", start)
        ? end + 2 - start
        : text.substring(start, end).strip().length();
  }

  /** The problem that an exception tells. */
  Problem problem(TemplateException e) {
    DbtError code =
        switch (e.type()) {
          case "TemplateSyntaxError", "TemplateAssertionError" -> DbtError.TEMPLATE_SYNTAX;
          case "UndefinedError" -> DbtError.UNKNOWN_NAME;
          default -> DbtError.TEMPLATE_FAILED;
        };
    int offset = offset(e.template(), e.line(), e.column());
    SourceLocation where = at(e.template(), offset, wordLength(text(e.template()), offset));
    return Problem.error(code, where, inBackquotes(e.problem()), hint(e));
  }

  /** Python puts names in quotes, Millrace in backquotes. */
  private static String inBackquotes(String text) {
    return text.replaceAll("(?<!\\w)'([^'\n]+)'(?!\\w)", "`$1`");
  }

  private @Nullable String hint(TemplateException e) {
    List<TemplateFrame> stack = e.stack();
    String hint = e.hint().map(TemplatePlaces::inBackquotes).orElse(null);
    if (stack.isEmpty()) {
      return hint;
    }
    TemplateFrame outer = stack.get(stack.size() - 1);
    String via = "called at " + outer.template() + ":" + outer.line() + ":" + outer.column();
    return hint == null ? via : hint + "; " + via;
  }

  private static int wordLength(String text, int offset) {
    int end = offset;
    while (end < text.length()
        && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
      end++;
    }
    return Math.max(1, end - offset);
  }
}
