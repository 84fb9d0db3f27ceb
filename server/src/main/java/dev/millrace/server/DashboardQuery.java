package dev.millrace.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.project.DashboardSpec;
import dev.millrace.project.DashboardSpec.Filter;
import dev.millrace.project.DashboardSpec.Panel;
import dev.millrace.sql.gate.QueryLimits;
import dev.millrace.sql.gate.QueryParameter;
import dev.millrace.sql.gate.QueryPlace;
import dev.millrace.sql.gate.QueryResult;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The panels of a dashboard for one choice of range and filters.
 *
 * @param dashboard what is shown
 * @param range how far back from now
 * @param filters the chosen values by filter name, as text; what is not chosen is missing
 */
record DashboardQuery(DashboardSpec dashboard, Duration range, Map<String, String> filters) {
  private static final DataType INSTANT = new DataType.Scalar(Kind.TIMESTAMPTZ);
  private static final QueryLimits CHOICES =
      new QueryLimits(1_000, 1 << 20, QueryLimits.PANEL.time());

  DashboardQuery {
    filters = Map.copyOf(filters);
  }

  /** The choices of a filter; its column's type is that of {@code $name}. */
  static QueryResult choices(Queries queries, Filter filter) {
    return queries.run(filter.sql(), List.of(), QueryPlace.fixed(filter.where()), CHOICES);
  }

  /** The types of the filters; VARCHAR where the filter's own query fails. */
  Map<String, DataType> filterTypes(Queries queries) {
    Map<String, DataType> types = new HashMap<>();
    for (Filter filter : dashboard.filters()) {
      DataType type = new DataType.Scalar(Kind.VARCHAR);
      try {
        type = choices(queries, filter).schema().columns().get(0).type();
      } catch (MillraceException e) {
        // The page shows the problem at the filter; its panels do not depend on it.
      }
      types.put(filter.name(), type);
    }
    return types;
  }

  /** Runs one panel as of now. The result or the problem, as the page reads it. */
  ObjectNode run(Queries queries, int panelIndex, Map<String, DataType> types, Instant now) {
    Panel panel = dashboard.panels().get(panelIndex);
    ObjectNode node;
    try {
      node =
          Json.result(
              queries.run(
                  panel.sql(),
                  parameters(types, now),
                  QueryPlace.fixed(panel.where()),
                  QueryLimits.PANEL));
    } catch (MillraceException e) {
      node = Json.object();
      node.set("error", Json.problem(e));
    }
    node.put("panel", panelIndex);
    return node;
  }

  private List<QueryParameter> parameters(Map<String, DataType> types, Instant now) {
    List<QueryParameter> parameters = new ArrayList<>();
    Instant to = now.truncatedTo(ChronoUnit.MILLIS);
    parameters.add(new QueryParameter("from", INSTANT, Optional.of(to.minus(range).toString())));
    parameters.add(new QueryParameter("to", INSTANT, Optional.of(to.toString())));
    types.forEach(
        (name, type) ->
            parameters.add(new QueryParameter(name, type, Optional.ofNullable(filters.get(name)))));
    return parameters;
  }
}
