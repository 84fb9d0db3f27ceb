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

  /** Adds a problem; one without a place is where the text begins. */
  void add(SqlProblem told) {
    SqlProblem problem = told.offset() > 0 ? told : told.at(text.start());
    if (problems.stream()
        .noneMatch(p -> p.offset() == problem.offset() && p.code() == problem.code())) {
      problems.add(problem);
    }
  }

  /** Adds a problem at a node of DuckDB's tree. */
  void add(JsonNode node, SqlCode code, String message, @Nullable String hint) {
    JsonNode place = placed(node);
    if (place == null) {
      add(new SqlProblem(0, 0, message, hint, code));
      return;
    }
    long start = place.path("query_location").asLong();
    int from = text.locate(start);
    int to = text.locate(start + place.path("query_location_length").asLong());
    add(new SqlProblem(from, Math.max(0, to - from), message, hint, code));
  }

  /** The node or the first below it that has a place; null if none has. */
  private static @Nullable JsonNode placed(JsonNode node) {
    String location = node.path("query_location").asText("");
    if (!location.isEmpty() && !location.equals(NOWHERE)) {
      return node;
    }
    for (JsonNode child : node) {
      JsonNode place = placed(child);
      if (place != null) {
        return place;
      }
    }
    return null;
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
