package dev.millrace.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A template that cannot be compiled or rendered: where, why, and what to do. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_FRAMES = 50;

  private final String type;
  private final String problem;
  private final String template;
  private final int line;
  private final int column;
  private final @Nullable String hint;
  private final transient List<TemplateFrame> stack = new ArrayList<>();

  TemplateException(
      String type,
      String problem,
      String template,
      int line,
      int column,
      @Nullable String hint,
      @Nullable Throwable cause) {
    super(problem, cause);
    this.type = type;
    this.problem = problem;
    this.template = template;
    this.line = line;
    this.column = column;
    this.hint = hint;
  }

  TemplateException hinted(String text) {
    TemplateException copy =
        new TemplateException(type, problem, template, line, column, text, getCause());
    copy.stack.addAll(stack);
    return copy;
  }

  /** Jinja's or Python's name of the error: {@code TemplateSyntaxError}, {@code TypeError}, ... */
  public String type() {
    return type;
  }

  /** What is wrong, without the place. */
  public String problem() {
    return problem;
  }

  /** The template with the error. */
  public String template() {
    return template;
  }

  /** The line of the error, from 1. */
  public int line() {
    return line;
  }

  /** The column of the error, from 1. */
  public int column() {
    return column;
  }

  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }

  /**
   * The calls that led to the error, the innermost first; empty in the rendered template itself.
   */
  public List<TemplateFrame> stack() {
    return List.copyOf(stack);
  }

  /** Notes one more call that led here. */
  TemplateException via(Site site, String what) {
    if (stack.size() < MAX_FRAMES) {
      stack.add(site.frame(what));
    }
    return this;
  }

  /** The place, the problem, the hint and the way to it, one a line. */
  @Override
  public String getMessage() {
    StringBuilder text = new StringBuilder();
    text.append(template).append(':').append(line).append(':').append(column).append(": ");
    text.append(problem);
    if (hint != null) {
      text.append("\n  hint: ").append(hint);
    }
    stack.forEach(frame -> text.append("\n  from ").append(frame));
    return text.toString();
  }
}
