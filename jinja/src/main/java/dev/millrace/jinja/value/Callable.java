package dev.millrace.jinja.value;

import org.jspecify.annotations.Nullable;

/** What a template can call: a function, a method, a macro. */
@FunctionalInterface
public interface Callable {
  /**
   * Calls it. {@code null} is None. Errors that the template's author can mend are best thrown as
   * {@link PythonError}; any other exception reaches the caller of {@code render} as the cause of a
   * {@code TemplateException}.
   */
  @Nullable Object call(Arguments arguments);
}
