package dev.millrace.jinja;

/**
 * One step of the way from the rendered template to an error.
 *
 * @param line the line of the call, from 1
 * @param column the column of the call, from 1
 * @param what what was called there, such as {@code macro 'cents'} or {@code include}
 */
public record TemplateFrame(String template, int line, int column, String what) {
  @Override
  public String toString() {
    return template + ":" + line + ":" + column + " (" + what + ")";
  }
}
