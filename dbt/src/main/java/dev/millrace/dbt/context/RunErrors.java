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
import dev.millrace.jinja.Origin;
import dev.millrace.jinja.TemplateException;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells what failed while a node ran, and where in the project that comes from. */
final class RunErrors {
  /** How DuckDB tells a place: the line, its text, and a caret below. */
  private static final Pattern LINE =
      Pattern.compile("LINE (\\d+): (.*)(?:\\R( *)(\\^+))?", Pattern.MULTILINE);

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
    Optional<SourceLocation> inModel =
        compiled == null ? Optional.empty() : inModel(sql, message, compiled);
    SourceLocation where =
        inModel.orElseGet(
            () -> {
              if (node != null) {
                return SourceLocation.ofFile(node.file().path());
              }
              return e instanceof TemplateException template
                  ? inProject(template)
                  : SourceLocation.ofFile("");
            });
    return Problem.error(DbtError.SQL_FAILED, where, message, null);
  }

  /** The innermost place that is not in one of dbt's own macros. */
  private SourceLocation inProject(TemplateException e) {
    TemplatePlaces places = new TemplatePlaces(library::fragment);
    List<Origin> way = new ArrayList<>();
    way.add(new Origin(e.template(), e.line(), e.column(), List.of()));
    e.stack().forEach(f -> way.add(new Origin(f.template(), f.line(), f.column(), List.of())));
    return places.at(
        way.stream()
            .filter(origin -> !MacroLibrary.isInternal(origin.template()))
            .findFirst()
            .orElse(way.get(0)));
  }

  /** The place in the model of what the engine points at, if that is a part of the model's SQL. */
  private static Optional<SourceLocation> inModel(
      String sql, String message, CompiledNode compiled) {
    Matcher line = LINE.matcher(message);
    String own = compiled.ownSql().strip();
    int start = sql.indexOf(own);
    if (!line.find() || start < 0) {
      return Optional.empty();
    }
    int offset = offset(sql, line);
    if (offset < start || offset >= start + own.length()) {
      return Optional.empty();
    }
    int shift = compiled.ownSql().indexOf(own);
    int length = line.group(4) == null ? 1 : line.group(4).length();
    return Optional.of(compiled.places().at(offset - start + shift, length));
  }

  /**
   * The offset in the SQL of what the engine points at; -1 if it is not found. Lines are counted
   * from the start of the failing statement, so the text that is shown is looked for.
   */
  private static int offset(String sql, Matcher line) {
    String shown = line.group(2);
    int cut = shown.startsWith("...") ? 3 : 0;
    String part = shown.substring(cut).replaceFirst("\\.\\.\\.$", "");
    int column =
        line.group(3) == null
            ? 0
            : line.group(3).length() - ("LINE " + line.group(1) + ": ").length() - cut;
    TextFile text = new TextFile("", sql);
    int from = text.offset(Integer.parseInt(line.group(1)), 1);
    int found = sql.indexOf(part, from);
    if (found < 0) {
      found = sql.indexOf(part);
    }
    return found < 0 ? -1 : found + Math.max(0, column);
  }
}
