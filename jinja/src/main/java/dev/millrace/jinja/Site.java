package dev.millrace.jinja;

import dev.millrace.jinja.syntax.SourceText;
import dev.millrace.jinja.value.PythonError;
import java.util.List;

/**
 * A place in a template's source.
 *
 * @param literal whether output from here is a copy of the source from {@code offset} on
 */
record Site(SourceText source, int offset, boolean literal) {
  TemplateException error(PythonError error) {
    return error(error.type(), error.text(), error);
  }

  TemplateException error(String type, String message, Throwable cause) {
    return new TemplateException(
        type, message, source.name(), source.line(offset), source.column(offset), null, cause);
  }

  TemplateFrame frame(String what) {
    return new TemplateFrame(source.name(), source.line(offset), source.column(offset), what);
  }

  /** The origin of the character {@code delta} places into the output from here. */
  Origin origin(int delta, List<Origin> inner) {
    int at = literal ? offset + delta : offset;
    return new Origin(source.name(), source.line(at), source.column(at), inner);
  }
}
