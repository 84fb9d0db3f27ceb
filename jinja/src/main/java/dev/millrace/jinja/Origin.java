package dev.millrace.jinja;

import java.util.List;

/**
 * Where a piece of output comes from.
 *
 * @param template the name of the template that was rendered (or that it included or extends)
 * @param line the line, from 1
 * @param column the column, from 1
 * @param inner for output of a macro, the places inside the macros, the outermost call first
 */
public record Origin(String template, int line, int column, List<Origin> inner) {
  @Override
  public String toString() {
    return template + ":" + line + ":" + column;
  }
}
