package dev.millrace.dbt.context;

import dev.millrace.dbt.macro.MacroDef;
import dev.millrace.dbt.macro.MacroSession;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.PythonError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code adapter.dispatch()} for templates of one package. */
final class Dispatch implements Callable {
  private final MacroSession session;
  private final String packageName;

  Dispatch(MacroSession session, String packageName) {
    this.session = session;
    this.packageName = packageName;
  }

  @Override
  public @Nullable Object call(Arguments arguments) {
    String name = arguments.text(0, "macro_name");
    Object namespace = arguments.get(1, "macro_namespace", null);
    if (name.contains(".")) {
      String[] parts = name.split("\\.", 2);
      throw new PythonError(
          "CompilationError",
          "In adapter.dispatch, got a macro name of \""
              + name
              + "\", but \".\" is not a valid macro name component. Did you mean"
              + " `adapter.dispatch(\""
              + parts[1]
              + "\", macro_namespace=\""
              + parts[0]
              + "\")`?");
    }
    if (namespace != null && !(namespace instanceof CharSequence)) {
      throw new PythonError(
          "CompilationError", "In adapter.dispatch, macro_namespace should be None or a string.");
    }
    List<String> tried = new ArrayList<>();
    Optional<MacroDef> found =
        session
            .library()
            .dispatch(packageName, name, namespace == null ? null : namespace.toString(), tried);
    return session.macro(
        found.orElseThrow(
            () ->
                new PythonError(
                    "CompilationError",
                    "In dispatch: No macro named '"
                        + name
                        + "' found within namespace: '"
                        + (namespace == null ? "None" : namespace)
                        + "'\n    Searched for: '"
                        + String.join("', '", tried)
                        + "'")));
  }
}
