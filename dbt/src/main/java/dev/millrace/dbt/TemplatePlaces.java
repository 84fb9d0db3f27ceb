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

/** Turns places in templates into places in the project's files. Immutable. */
public final class TemplatePlaces {
  /** The template's name where it is a text of a YAML file. */
  public static final String TEXT = "text";

  /**
   * A template and the file that it is in.
   *
   * @param file that holds it
   * @param template its text
   * @param start where the template begins in the file; -1 if the file's text is not its source, so
   *     that only the file can be told
   */
  public record Fragment(TextFile file, String template, int start) {
    /** The whole of a file. */
    public static Fragment of(TextFile file) {
      return new Fragment(file, file.text(), 0);
    }

    /** A part of a file, where that part is found in it. */
    public static Fragment of(TextFile file, String template) {
      return new Fragment(file, template, file.text().indexOf(template));
    }

    private SourceLocation at(int offset, int length) {
      return start < 0 ? SourceLocation.ofFile(file.path()) : file.at(start + offset, length);
    }
  }

  /** Finds templates by name. */
  @FunctionalInterface
  public interface Fragments {
    /** The template of that name; null if it is unknown. */
    @Nullable Fragment find(String template);
  }

  private final Fragments fragments;
  private final YamlNode.@Nullable Places inYaml;
  private final @Nullable String only;

  /** Templates that are whole files, by path. */
  TemplatePlaces(Map<String, TextFile> files) {
    this(
        name -> {
          TextFile file = files.get(name);
          return file == null ? null : Fragment.of(file);
        },
        null,
        files.size() == 1 ? files.keySet().iterator().next() : null);
  }

  /** Templates by name. */
  public TemplatePlaces(Fragments fragments) {
    this(fragments, null, null);
  }

  private TemplatePlaces(
      Fragments fragments, YamlNode.@Nullable Places inYaml, @Nullable String only) {
    this.fragments = fragments;
    this.inYaml = inYaml;
    this.only = only;
  }

  /** A template that is a text of a YAML file. */
  public static TemplatePlaces inText(String template, YamlNode.Places places) {
    Fragment text = Fragment.of(new TextFile(TEXT, template));
    return new TemplatePlaces(name -> name.equals(TEXT) ? text : null, places, TEXT);
  }

  /** The place of a stretch of a template. */
  private SourceLocation at(String template, int offset, int length) {
    if (inYaml != null) {
      return inYaml.locate(offset, length);
    }
    Fragment fragment = fragments.find(template);
    return fragment == null ? SourceLocation.ofFile(template) : fragment.at(offset, length);
  }

  private String text(String template) {
    Fragment fragment = fragments.find(template);
    return fragment == null ? "" : fragment.template();
  }

  private int offset(String template, int line, int column) {
    return new TextFile(template, text(template)).offset(line, column);
  }

  /** The place of something that was defined or is used at an origin. */
  public SourceLocation at(Origin origin) {
    int offset = offset(origin.template(), origin.line(), origin.column());
    return at(origin.template(), offset, wordLength(text(origin.template()), offset));
  }

  /** The place of a call, from the function's name to the closing bracket. */
  public SourceLocation ofCall(Origin origin) {
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
  public SourceLocation ofArgument(Origin origin, String keyword) {
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
  public SourceLocation at(Rendered rendered, int offset, int length) {
    Optional<Origin> first = rendered.originOf(offset);
    if (first.isEmpty()) {
      return only != null ? SourceLocation.ofFile(only) : new SourceLocation("", 0, 0, 0);
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
  public Problem problem(TemplateException e) {
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
