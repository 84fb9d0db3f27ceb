package dev.millrace.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.type.DataType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One dashboard with one choice of range and filters, and the browsers that look at it: each panel
 * is asked once for all of them, and sent only when its rows have changed.
 */
final class LiveView {
  private final DashboardQuery query;
  private final Queries queries;
  private final Set<EventStream> viewers = new LinkedHashSet<>();
  private final List<@Nullable String> sent = new ArrayList<>();
  private @Nullable Map<String, DataType> filterTypes;

  LiveView(DashboardQuery query, Queries queries) {
    this.query = query;
    this.queries = queries;
    query.dashboard().panels().forEach(p -> sent.add(null));
  }

  /** Adds a browser and sends it what the others see. */
  synchronized void add(EventStream viewer) {
    viewers.add(viewer);
    for (int i = 0; i < sent.size(); i++) {
      String json = sent.get(i);
      if (json != null) {
        viewer.send("panel" + i, "panel", json);
      }
    }
  }

  /** Removes a browser; true if it was the last. */
  synchronized boolean remove(EventStream viewer) {
    viewers.remove(viewer);
    return viewers.isEmpty();
  }

  /** Asks every panel again and sends what has changed, then a tick. On one thread at a time. */
  void refresh() {
    Instant now = Instant.now();
    Map<String, DataType> types = filterTypes;
    if (types == null) {
      types = query.filterTypes(queries);
      filterTypes = types;
    }
    for (int i = 0; i < query.dashboard().panels().size(); i++) {
      ObjectNode panel = query.run(queries, i, types, now);
      // How long the query took is no change of its result.
      panel.remove("millis");
      publish(i, Json.write(panel));
    }
    String tick =
        Json.write(
            Json.object()
                .put("at", now.toString())
                .put("from", now.minus(query.range()).toString()));
    synchronized (this) {
      List.copyOf(viewers).forEach(v -> v.send("tick", "tick", tick));
    }
  }

  private synchronized void publish(int index, String json) {
    if (!json.equals(sent.get(index))) {
      sent.set(index, json);
      List.copyOf(viewers).forEach(v -> v.send("panel" + index, "panel", json));
    }
  }

  /** Keeps the browsers' connections alive. */
  synchronized void beat() {
    List.copyOf(viewers).forEach(EventStream::beat);
  }

  /** Ends every browser's stream. */
  void close() {
    List<EventStream> all;
    synchronized (this) {
      all = List.copyOf(viewers);
    }
    all.forEach(EventStream::close);
  }
}
