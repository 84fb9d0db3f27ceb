package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Resolves a query: SELECT, set operations, WITH. */
final class QueryResolver {
  /**
   * A common table expression; it is inlined wherever it is read.
   *
   * @param columns names that WITH gives the columns; may be fewer than there are
   * @param scope what it can read itself
   */
  record Cte(JsonNode query, List<String> columns, Map<String, Cte> scope) {}

  private final Compilation compilation;
  private final Closing closing;
  private final @Nullable Outer outer;

  /**
   * A resolver for one text.
   *
   * @param closing makes the outermost aggregate publish closed windows, if that is wanted
   */
  QueryResolver(Compilation compilation, Closing closing) {
    this(compilation, closing, null);
  }

  private QueryResolver(Compilation compilation, Closing closing, @Nullable Outer outer) {
    this.compilation = compilation;
    this.closing = closing;
    this.outer = outer;
  }

  /** A resolver for queries that can name relations of that scope, too. */
  QueryResolver within(Scope scope) {
    return new QueryResolver(compilation, closing, new Outer(scope, outer));
  }

  /** What its queries can name besides their own relations; null for nothing. */
  @Nullable Outer outer() {
    return outer;
  }

  /** The query's meaning; null if a problem that was told hides it. */
  @Nullable Resolved resolve(JsonNode query, Map<String, Cte> known) {
    Map<String, Cte> ctes = new HashMap<>(known);
    query
        .path("cte_map")
        .path("map")
        .forEach(
            entry -> {
              JsonNode value = entry.path("value");
              List<String> columns = new ArrayList<>();
              value.path("aliases").forEach(alias -> columns.add(alias.asText()));
              String name = entry.path("key").asText().toLowerCase(Locale.ROOT);
              ctes.put(name, new Cte(cteQuery(value), columns, Map.copyOf(ctes)));
            });
    return switch (query.path("type").asText()) {
      case "SELECT_NODE" -> new SelectResolver(compilation, this, closing).resolve(query, ctes);
      case "SET_OPERATION_NODE" -> setOperation(query, ctes);
      case "RECURSIVE_CTE_NODE" -> {
        unsupported(
            firstPlace(query.path("left")),
            "a recursive WITH",
            "use `materialized='view'`, or unroll it to the depth that the data has");
        yield null;
      }
      default -> {
        unsupported(query, query.path("type").asText(), null);
        yield null;
      }
    };
  }

  private static JsonNode cteQuery(JsonNode value) {
    JsonNode node = value.path("query_node");
    return node.isMissingNode() ? value.path("query").path("node") : node;
  }

  private void unsupported(JsonNode place, String what, @Nullable String hint) {
    compilation.findings().unsupported(place, what, hint);
  }

  private @Nullable Resolved setOperation(JsonNode query, Map<String, Cte> ctes) {
    JsonNode place = firstPlace(query);
    if (closing.isWanted(query)) {
      closing.refuse(place);
    }
    List<JsonNode> branches = new ArrayList<>();
    query.path("children").forEach(branches::add);
    if (branches.isEmpty()) {
      branches.add(query.path("left"));
      branches.add(query.path("right"));
    }
    List<Resolved> resolved = new ArrayList<>();
    for (JsonNode branch : branches) {
      Resolved one = resolve(branch, ctes);
      if (one != null) {
        resolved.add(one);
      }
    }
    if (resolved.stream().anyMatch(r -> !r.correlated().isEmpty())) {
      unsupported(place, "a correlated " + query.path("setop_type").asText(), "join each branch");
    }
    String type = query.path("setop_type").asText();
    boolean byName = type.equals("UNION_BY_NAME");
    for (int i = 1; !byName && resolved.size() == branches.size() && i < resolved.size(); i++) {
      checkColumns(type, branches.get(i), resolved.get(0), resolved.get(i));
    }
    if (resolved.size() != branches.size() || !compilation.findings().isEmpty()) {
      return null;
    }
    Resolved all =
        new SetOperations(compilation).resolve(type, query.path("setop_all").asBoolean(), resolved);
    return new TopRows(compilation, query).over(all);
  }

  private void checkColumns(String type, JsonNode branch, Resolved first, Resolved other) {
    int wanted = first.columns().size();
    int there = other.columns().size();
    if (wanted != there) {
      compilation
          .findings()
          .add(
              firstPlace(branch),
              SqlCode.SQL_INVALID,
              "the first SELECT of " + type + " has " + wanted + " columns, this one " + there,
              "select as many in each; UNION BY NAME goes by names");
    }
  }

  /** A node of a query that knows its place; set operations themselves do not. */
  static JsonNode firstPlace(JsonNode query) {
    if (query.path("select_list").size() > 0) {
      return query.path("select_list").path(0);
    }
    JsonNode first = query.path("children").path(0);
    return first.isMissingNode() ? query : firstPlace(first);
  }
}
