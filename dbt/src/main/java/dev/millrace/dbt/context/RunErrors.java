package dev.millrace.dbt.context;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.TemplatePlaces;
import dev.millrace.dbt.TemplatePlaces.Fragment;
import dev.millrace.dbt.adapter.AdapterException;
import dev.millrace.dbt.macro.MacroLibrary;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.jinja.TemplateException;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.project.TextFile;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells what failed while a node ran, and where in the project that comes from. */
final class RunErrors {
  /** How DuckDB tells a place: the line, its text, and a caret below. */
  private static final Pattern LINE =
      Pattern.compile("LINE (\\d+): (.*)(?:\\R( *)\\^)?", Pattern.MULTILINE);

  private final MacroLibrary library;
  private @Nullable String running;

  RunErrors(MacroLibrary library) {
    this.library = library;
  }

  /** Notes the SQL that is run next. */
  void running(String sql) {
    running = sql;
  }

  void finished() {
    running = null;
  }

  TemplatePlaces places(String template, Fragment fragment) {
    return new TemplatePlaces(name -> name.equals(template) ? fragment : library.fragment(name));
  }

  /** The exception to throw for {@code e}. */
  RuntimeException of(RuntimeException e, @Nullable Node node, @Nullable CompiledNode compiled) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof MillraceException known) {
        return known;
      }
      if (cause instanceof AdapterException failed) {
        return new StopException(engine(failed, e, node, compiled), e);
      }
    }
    if (e instanceof TemplateException template) {
      return new StopException(template(template, node), e);
    }
    if (e instanceof PythonError error) {
      SourceLocation where = node == null ? null : SourceLocation.ofFile(node.file().path());
      return new StopException(
          Problem.error(DbtError.TEMPLATE_FAILED, where, error.text(), null), e);
    }
    return e;
  }

  private Problem template(TemplateException e, @Nullable Node node) {
    TemplatePlaces places =
        node == null
            ? new TemplatePlaces(library::fragment)
            : places(node.file().path(), Fragment.of(node.file(), node.code()));
    return places.problem(e);
  }

  /** What the engine said, at the place in the model that the failing part comes from. */
  private Problem engine(
      AdapterException failed,
      RuntimeException e,
      @Nullable Node node,
      @Nullable CompiledNode compiled) {
    String message = String.valueOf(failed.getMessage()).strip();
    String sql = running == null ? "" : running;
    finished();
    Optional<SourceLocation> where = Optional.empty();
    Matcher line = LINE.matcher(message);
    if (compiled != null && line.find()) {
      int offset = offset(sql, line);
      int start = sql.indexOf(compiled.ownSql().strip());
      int shift = compiled.ownSql().indexOf(compiled.ownSql().strip());
      if (start >= 0 && offset >= start && offset < start + compiled.ownSql().length()) {
        where = Optional.of(compiled.places().at(offset - start + shift, 1));
      }
    }
    SourceLocation place =
        where.orElseGet(
            () ->
                e instanceof TemplateException template
                    ? java.util.Objects.requireNonNullElse(
                        template(template, node).where(),
                        SourceLocation.ofFile(template.template()))
                    : SourceLocation.ofFile(node == null ? "" : node.file().path()));
    if (where.isEmpty() && node != null) {
      place = SourceLocation.ofFile(node.file().path());
    }
    return Problem.error(DbtError.SQL_FAILED, place, message, null);
  }

  /** The offset in the SQL of what the engine points at. */
  private static int offset(String sql, Matcher line) {
    int number = Integer.parseInt(line.group(1));
    TextFile text = new TextFile("", sql);
    String shown = line.group(2);
    int column = 1;
    if (line.group(3) != null) {
      int caret = line.group(3).length() - ("LINE " + number + ": ").length();
      String whole = text.line(number);
      String part = shown.replaceFirst("^\\.\\.\\.", "").replaceFirst("\\.\\.\\.$", "");
      int cut = shown.startsWith("...") ? Math.max(0, whole.indexOf(part)) - 3 : 0;
      column = Math.max(1, caret + cut + 1);
    }
    return text.offset(number, column);
  }
}
