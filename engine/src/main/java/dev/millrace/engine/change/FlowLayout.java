package dev.millrace.engine.change;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.flow.FlowParts;
import dev.millrace.engine.store.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which sources belong to which flow. An edit may join flows, cut them, or give them other names;
 * the progress of each source goes with it.
 */
final class FlowLayout {
  private final Transaction transaction;
  private final Map<String, Set<String>> wanted = new TreeMap<>();
  private final Map<String, Set<String>> streams = new TreeMap<>();

  FlowLayout(Transaction transaction, List<FlowParts> flows) {
    this.transaction = transaction;
    for (FlowParts flow : flows) {
      wanted.put(
          flow.name(),
          flow.sources().stream()
              .map(s -> s.stream().qualifiedName())
              .collect(Collectors.toCollection(TreeSet::new)));
      streams.put(
          flow.name(),
          flow.streams().stream()
              .map(s -> s.model().name())
              .collect(Collectors.toCollection(TreeSet::new)));
    }
  }

  /** Writes how far each flow has come, from how far flows had come that had its sources. */
  void apply() throws SQLException {
    Map<String, Set<String>> found = new TreeMap<>();
    Set<String> known = new TreeSet<>();
    transaction.query(
        "SELECT flow, unnest(sources).source FROM progress.newest",
        row -> {
          found.computeIfAbsent(row.getString(1), k -> new TreeSet<>()).add(row.getString(2));
          known.add(row.getString(2));
        });
    Map<String, Set<String>> left = new TreeMap<>();
    wanted.forEach(
        (flow, sources) -> {
          Set<String> before = new TreeSet<>(sources);
          before.retainAll(known);
          if (!before.isEmpty()) {
            left.put(flow, before);
          }
        });
    if (left.equals(found)) {
      return;
    }
    transaction.execute("CREATE OR REPLACE TEMP TABLE _flows AS SELECT * FROM progress.newest");
    long number = transaction.number("SELECT max(number) FROM progress.batches") + 1;
    for (Map.Entry<String, Set<String>> flow : left.entrySet()) {
      transaction.execute(
          "INSERT INTO progress.batches SELECT "
              + Identifier.literal(flow.getKey())
              + ", "
              + number
              + ", max(next_id), now(), 0, 0, 0, 0, 0, "
              + merged("partitions", "source", flow.getValue())
              + ", "
              + merged("sources", "source", flow.getValue())
              + ", "
              + merged("streams", "stream", streams.getOrDefault(flow.getKey(), Set.of()))
              + " FROM _flows");
    }
    transaction.execute("DELETE FROM progress.batches WHERE number < " + number);
  }

  private static String merged(String list, String field, Set<String> names) {
    String in =
        names.stream().map(Identifier::literal).collect(Collectors.joining(", ", "'', ", ""));
    return "coalesce(flatten(list("
        + list
        + ")), []).list_filter(lambda x: x."
        + field
        + " IN ("
        + (names.isEmpty() ? "''" : in)
        + "))";
  }
}
