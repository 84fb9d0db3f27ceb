package dev.millrace.sql;

import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Shows a plan to people. */
final class Explain {
  private Explain() {}

  static QueryPlan of(Node node, Resolved resolved) {
    Map<String, List<String>> lineage = new LinkedHashMap<>();
    for (Visible column : resolved.columns()) {
      lineage.put(column.name(), List.copyOf(new TreeSet<>(column.field().origins())));
    }
    return new QueryPlan(operator(node), lineage);
  }

  private static QueryPlan.Operator operator(Node node) {
    if (node instanceof Shared shared) {
      return operator(shared.input());
    }
    List<QueryPlan.Operator> inputs = new ArrayList<>();
    node.inputs().forEach(input -> inputs.add(operator(input)));
    List<String> columns =
        node.fields().stream()
            .filter(f -> !f.name().startsWith("_"))
            .map(f -> f.name() + " " + f.type())
            .toList();
    return new QueryPlan.Operator(kind(node), text(node), columns, node.appendOnly(), inputs);
  }

  private static String kind(Node node) {
    if (node instanceof Join join) {
      String kind =
          join.kind() == Join.Kind.INNER
              ? "join"
              : join.kind().name().toLowerCase(Locale.ROOT) + " join";
      return join.isAsOfProcessing() ? kind + " as of processing" : kind;
    } else if (node instanceof Node.Aggregate aggregate) {
      return aggregate.calls().isEmpty() ? "distinct" : "aggregate";
    } else if (node instanceof Node.UnionAll) {
      return "union all";
    } else if (node instanceof Repeat) {
      return "repeat";
    } else if (node instanceof Node.Filter) {
      return "filter";
    } else if (node instanceof Node.Window) {
      return "window";
    } else if (node instanceof Session) {
      return "session";
    } else if (node instanceof Unnest) {
      return "unnest";
    }
    if (node instanceof Values) {
      return "constants";
    }
    return node instanceof Node.Scan ? "read" : "compute";
  }

  private static String text(Node node) {
    if (node instanceof Node.Scan scan) {
      return scan.relation().name();
    } else if (node instanceof Node.Filter filter) {
      return filter.condition().text();
    } else if (node instanceof Repeat repeat) {
      return repeat.count() + " times";
    } else if (node instanceof Node.Extend extend) {
      return items(extend.items());
    } else if (node instanceof Node.Window window) {
      return items(window.calls());
    } else if (node instanceof Unnest unnest) {
      return items(unnest.items());
    } else if (node instanceof Session session) {
      return session.time().sql() + " within " + session.gap();
    } else if (node instanceof Join join) {
      String keys = Sql.match(join.keys());
      return join.condition() == null ? keys : keys + " AND " + join.condition().text();
    } else if (node instanceof Node.Aggregate aggregate) {
      String groups =
          aggregate.global()
              ? "all rows"
              : aggregate.groups().stream().map(Field::sql).collect(Collectors.joining(", "));
      String calls =
          aggregate.calls().stream().map(AggregateCall::sql).collect(Collectors.joining(", "));
      return calls.isEmpty() ? groups : calls + " by " + groups;
    }
    return "";
  }

  private static String items(List<Node.Item> items) {
    return items.stream()
        .map(item -> item.expr().text() + " AS " + item.field().sql())
        .collect(Collectors.joining(", "));
  }
}
