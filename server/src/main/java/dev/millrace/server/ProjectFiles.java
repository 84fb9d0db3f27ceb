package dev.millrace.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.option.Glob;
import dev.millrace.api.type.Identifier;
import dev.millrace.sql.gate.QueryLimits;
import dev.millrace.sql.gate.QueryResult;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The files of a project's sources, as {@code system.files} has them. For one thread. */
public final class ProjectFiles {
  private static final int MOST = 100_000;
  private static final QueryLimits ALL = new QueryLimits(MOST, 128L << 20, Duration.ofSeconds(30));
  private static final int NAMED = 100;

  private final List<String> sources;
  private final Asker asker;

  /** Runs a query through the gate. */
  @FunctionalInterface
  public interface Asker {
    /** The rows of a SELECT. */
    QueryResult ask(String sql, QueryLimits limits) throws SQLException;
  }

  /** Amends entries of a ledger. */
  @FunctionalInterface
  public interface Amender {
    /** As {@link dev.millrace.engine.Instance#amend}. */
    Set<String> amend(String source, LedgerAction action, Set<String> keys);
  }

  /**
   * Files that can be asked for.
   *
   * @param sources the names of the project's sources; empty if they are not known
   */
  public ProjectFiles(List<String> sources, Asker asker) {
    this.sources = List.copyOf(sources);
    this.asker = asker;
  }

  /**
   * Files, the newest entries first.
   *
   * @return as a query's result
   * @throws StopException if there is no such source, or none with a path that is no pattern
   */
  public ObjectNode list(FileSelection selection) throws SQLException {
    QueryResult files =
        asker.ask(
            "SELECT source, path, state, size, modified, bytes, \"rows\", rejected, attempts, recorded_at, error FROM system.files WHERE "
                + selection.condition()
                + " ORDER BY recorded_at DESC, source, path",
            QueryLimits.CONSOLE);
    if (files.rows().isEmpty()) {
      List<String> paths = selection.paths().stream().filter(p -> !Glob.isPattern(p)).toList();
      checkIsKnown(new FileSelection(selection.source(), paths, List.of()));
    }
    return Json.result(files);
  }

  /**
   * Amends the entries of files.
   *
   * @param amender does it
   * @return {@code amended} and {@code unchanged}, how many, and {@code files}, the first of those
   *     that are unchanged: {@code source}, {@code path}, {@code state}
   * @throws StopException if there is none with these paths, or there are too many
   */
  public ObjectNode amend(Amender amender, LedgerAction action, FileSelection selection)
      throws SQLException {
    QueryResult found =
        asker.ask(
            "SELECT source, key, path, state FROM system.files WHERE " + selection.condition(),
            ALL);
    if (found.rows().isEmpty()) {
      checkIsKnown(selection);
    }
    if (found.truncated()) {
      throw new StopException(
          Problem.error(
              ServerError.BAD_REQUEST,
              null,
              "more than " + MOST + " files are meant",
              "name fewer at a time, or only those in a `--state`"),
          null);
    }
    Map<String, Map<String, List<@Nullable Object>>> bySource = new LinkedHashMap<>();
    for (List<@Nullable Object> row : found.rows()) {
      bySource
          .computeIfAbsent(String.valueOf(row.get(0)), s -> new LinkedHashMap<>())
          .put(String.valueOf(row.get(1)), row);
    }
    List<List<@Nullable Object>> unchanged = new ArrayList<>();
    int amended = 0;
    for (Map.Entry<String, Map<String, List<@Nullable Object>>> of : bySource.entrySet()) {
      Set<String> done = amender.amend(of.getKey(), action, of.getValue().keySet());
      amended += done.size();
      of.getValue().forEach((key, row) -> addUnless(done.contains(key), row, unchanged));
    }
    ObjectNode node = Json.object().put("amended", amended).put("unchanged", unchanged.size());
    for (List<@Nullable Object> row : unchanged.subList(0, Math.min(NAMED, unchanged.size()))) {
      node.withArray("files")
          .addObject()
          .put("source", String.valueOf(row.get(0)))
          .put("path", String.valueOf(row.get(2)))
          .put("state", String.valueOf(row.get(3)));
    }
    return node;
  }

  private static void addUnless(
      boolean done, List<@Nullable Object> row, List<List<@Nullable Object>> rows) {
    if (!done) {
      rows.add(row);
    }
  }

  private void checkIsKnown(FileSelection selection) throws SQLException {
    Optional<String> source = selection.source();
    if (source.isPresent() && !sources.isEmpty() && !sources.contains(source.get())) {
      throw unknown(
          "the project has no source `" + source.get() + "`",
          Optional.ofNullable(Suggestion.didYouMean(source.get(), sources)));
    }
    for (String path : selection.paths()) {
      FileSelection one = new FileSelection(selection.source(), List.of(path), List.of());
      if (texts("SELECT path FROM system.files WHERE " + one.condition() + " LIMIT 1").isEmpty()) {
        throw unknown("no file `" + path + "` is known", nearest(selection.source(), path));
      }
    }
  }

  private Optional<String> nearest(Optional<String> source, String path) throws SQLException {
    String from =
        " FROM system.files WHERE " + new FileSelection(source, List.of(), List.of()).condition();
    List<String> below =
        texts(
            "SELECT path"
                + from
                + " AND suffix(path, "
                + Identifier.literal("/" + path)
                + ") ORDER BY path LIMIT 1");
    if (!below.isEmpty()) {
      return Optional.of("did you mean `" + below.get(0) + "`?");
    }
    List<String> like =
        texts(
            "SELECT path"
                + from
                + " ORDER BY damerau_levenshtein(path, "
                + Identifier.literal(path)
                + "), path LIMIT 1");
    return Optional.ofNullable(Suggestion.didYouMean(path, like));
  }

  private List<String> texts(String sql) throws SQLException {
    return asker.ask(sql, QueryLimits.CONSOLE).rows().stream()
        .map(r -> String.valueOf(r.get(0)))
        .toList();
  }

  private static StopException unknown(String what, Optional<String> hint) {
    return new StopException(
        Problem.error(
            ServerError.NOT_FOUND,
            null,
            what,
            hint.orElse("`millrace files <project>` lists those that were begun")),
        null);
  }
}
