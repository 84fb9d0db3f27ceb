package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with a query, at places of its original text. */
final class Findings {
  /** DuckDB's offset for a node that it made up itself. */
  private static final String NOWHERE = "18446744073709551615";

  private final SqlText text;
  private final List<SqlProblem> problems = new ArrayList<>();

  Findings(SqlText text) {
    this.text = text;
  }

  void add(SqlProblem problem) {
    if (problems.stream()
        .noneMatch(p -> p.offset() == problem.offset() && p.code() == problem.code())) {
      problems.add(problem);
    }
  }

  /** Adds a problem at a node of DuckDB's tree. */
  void add(JsonNode node, SqlCode code, String message, @Nullable String hint) {
    String location = node.path("query_location").asText("");
    if (location.isEmpty() || location.equals(NOWHERE)) {
      add(new SqlProblem(0, 0, message, hint, code));
      return;
    }
    long start = Long.parseLong(location);
    int from = text.locate(start);
    int to = text.locate(start + node.path("query_location_length").asLong());
    add(new SqlProblem(from, Math.max(0, to - from), message, hint, code));
  }

  /** Adds that a stream cannot do something of SQL, at a node of DuckDB's tree. */
  void unsupported(JsonNode node, String what, @Nullable String hint) {
    add(node, SqlCode.SQL_UNSUPPORTED, what + " cannot be kept up to date in a stream yet", hint);
  }

  /** Adds a problem at a byte offset that DuckDB named. */
  void addAt(long byteOffset, SqlCode code, String message, @Nullable String hint) {
    add(new SqlProblem(text.locate(byteOffset), 0, message, hint, code));
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  void throwIfAny() throws QueryException {
    if (!problems.isEmpty()) {
      throw new QueryException(
          problems.stream().sorted(Comparator.comparingInt(SqlProblem::offset)).toList());
    }
  }
}
