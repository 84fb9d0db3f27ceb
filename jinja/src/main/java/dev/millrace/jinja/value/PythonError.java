package dev.millrace.jinja.value;

/**
 * An error of an operation on values, named as Python names it. It carries no place: the renderer
 * turns it into a {@code TemplateException} at the expression that failed. Functions given to
 * templates may throw it too.
 */
public final class PythonError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String type;

  /** An error of Python's type {@code type} such as {@code TypeError}. */
  public PythonError(String type, String message) {
    super(message, null, false, false);
    this.type = type;
  }

  /** Python's name of the error: {@code TypeError}, {@code UndefinedError}, ... */
  public String type() {
    return type;
  }

  public String text() {
    return String.valueOf(getMessage());
  }

  public static PythonError type(String message) {
    return new PythonError("TypeError", message);
  }

  public static PythonError value(String message) {
    return new PythonError("ValueError", message);
  }

  public static PythonError index(String message) {
    return new PythonError("IndexError", message);
  }

  public static PythonError key(String message) {
    return new PythonError("KeyError", message);
  }

  public static PythonError undefined(String message) {
    return new PythonError("UndefinedError", message);
  }

  public static PythonError runtime(String message) {
    return new PythonError("TemplateRuntimeError", message);
  }

  public static PythonError overflow(String message) {
    return new PythonError("OverflowError", message);
  }

  public static PythonError zeroDivision(String message) {
    return new PythonError("ZeroDivisionError", message);
  }
}
