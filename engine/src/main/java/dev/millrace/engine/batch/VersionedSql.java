package dev.millrace.engine.batch;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.engine.lake.LakeVersionError;
import dev.millrace.sql.VersionClause;
import dev.millrace.sql.gate.TableVersions;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Models' SQL that reads earlier versions of tables in the lake. */
final class VersionedSql {
  private static final Set<String> DEFINITIONS = Set.of("VIEW", "MACRO", "FUNCTION", "RECURSIVE");

  private VersionedSql() {}

  /** Runs a query of one number. */
  @FunctionalInterface
  interface Evaluation {
    @Nullable Object number(String sql);
  }

  /** True if {@link #replace} has something to do. */
  static boolean isNeeded(String sql) {
    return !VersionClause.find(sql).isEmpty();
  }

  /**
   * The text with the files of each version in its place.
   *
   * @param reading keeps the files until it is closed
   * @throws StopException if there is no such table or version, or a view would have it
   */
  static String replace(String sql, TableVersions.Reading reading, Evaluation evaluation) {
    if (SqlWords.statements(sql).stream().anyMatch(VersionedSql::isKept)) {
      throw new StopException(
          Problem.error(
              LakeVersionError.LAKE_VERSION_IN_VIEW,
              null,
              "a view cannot read an earlier version: it would be over files that go when the"
                  + " version expires",
              "make the model a table: materialized='table'"),
          null);
    }
    return VersionClause.replace(sql, clause -> relation(clause, reading, evaluation));
  }

  /** True if the text defines a view or a macro for as long as the session is open. */
  static boolean isTemporary(String sql) {
    return isNeeded(sql)
        && SqlWords.statements(sql).stream()
            .map(VersionedSql::first)
            .anyMatch(w -> isTemporary(w) && w.stream().anyMatch(DEFINITIONS::contains));
  }

  private static boolean isTemporary(List<String> first) {
    return first.contains("TEMP") || first.contains("TEMPORARY");
  }

  /** True for a definition that outlives the session, and is run when its text is long gone. */
  private static boolean isKept(List<SqlWords.Word> words) {
    List<String> first = first(words);
    return first.indexOf("CREATE") == 0
        && !isTemporary(first)
        && first.stream().anyMatch(DEFINITIONS::contains);
  }

  /** What tells what a statement defines. */
  private static List<String> first(List<SqlWords.Word> words) {
    return words.stream().limit(5).map(w -> w.text().toUpperCase(Locale.ROOT)).toList();
  }

  private static String relation(
      VersionClause clause, TableVersions.Reading reading, Evaluation evaluation) {
    boolean isTime = clause.unit() == VersionClause.Unit.TIMESTAMP;
    String expression = "(" + clause.expression() + ")";
    Object value =
        evaluation.number(
            isTime
                ? "SELECT epoch_ms(CAST(" + expression + " AS TIMESTAMPTZ))"
                : "SELECT CAST(" + expression + " AS BIGINT)");
    if (!(value instanceof Number number)) {
      throw new StopException(
          Problem.error(
              LakeVersionError.LAKE_VERSION_INVALID,
              null,
              "the version of `" + String.join(".", clause.name()) + "` is null",
              "write AT (VERSION => 3) or AT (TIMESTAMP => now() - INTERVAL 1 DAY)"),
          null);
    }
    return isTime
        ? reading.relation(clause.name(), Instant.ofEpochMilli(number.longValue()))
        : reading.relation(clause.name(), number.longValue());
  }
}
