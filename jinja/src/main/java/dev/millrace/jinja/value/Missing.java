package dev.millrace.jinja.value;

/** Marks the absence of a value where {@code null} already means None. */
enum Missing {
  VALUE
}
