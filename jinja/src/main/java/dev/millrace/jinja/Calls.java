package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Types;
import dev.millrace.jinja.value.Undefined;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calling values, so that whatever fails is told with the place of the call. */
final class Calls {
  private Calls() {}

  static @Nullable Object call(
      Frame frame, @Nullable Object callee, Arguments arguments, Site site) {
    try {
      if (callee instanceof PlacedCallable placed) {
        return placed.call(arguments, site.origin(0, List.of()));
      }
      if (callee instanceof Callable callable) {
        return callable.call(arguments);
      }
      if (callee instanceof Undefined undefined) {
        return undefined.called();
      }
      throw PythonError.type("'" + Types.name(callee) + "' object is not callable");
    } catch (RuntimeException e) {
      throw located(frame, e, site, callee);
    }
  }

  /** Calls a macro whose text goes straight to the frame's output. */
  static void write(Frame frame, Macro macro, Arguments arguments, Site site) {
    try {
      macro.write(arguments, frame.out, site);
    } catch (RuntimeException e) {
      throw located(frame, e, site, macro);
    }
  }

  /** The exception to throw for {@code e}, which came out of a call at {@code site}. */
  static RuntimeException located(
      Frame frame, RuntimeException e, Site site, @Nullable Object callee) {
    if (e instanceof MacroReturn) {
      return e;
    }
    if (e instanceof TemplateException inner) {
      return inner.via(
          site, callee instanceof Macro macro ? "macro '" + macro.name() + "'" : "call");
    }
    if (e instanceof PythonError error) {
      return Suggestions.hint(site.error(error), callee, frame);
    }
    String message = e.getMessage();
    return site.error(e.getClass().getSimpleName(), message == null ? e.toString() : message, e);
  }

  /** Runs something that may fail with a {@link PythonError}. */
  static <T extends @Nullable Object> T located(Site site, Supplier<T> action) {
    try {
      return action.get();
    } catch (PythonError e) {
      throw site.error(e);
    }
  }
}
