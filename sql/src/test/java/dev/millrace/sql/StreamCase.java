package dev.millrace.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sources, streams and batches of rows: what a data file of {@link StreamFilesTest} says, but for
 * the tables that it expects.
 *
 * @param zone the time zone of the store
 */
record StreamCase(String zone, List<Source> sources, List<Stream> streams, List<Batch> batches) {
  /** Copies the lists. */
  StreamCase {
    sources = List.copyOf(sources);
    streams = List.copyOf(streams);
    batches = List.copyOf(batches);
  }

  /**
   * A source.
   *
   * @param columns as {@code id VARCHAR, at TIMESTAMPTZ}
   * @param eventTime null if it has change data
   * @param lateness how far its watermark is behind
   * @param key the key columns of change data; empty for events
   */
  record Source(
      String name, String columns, @Nullable String eventTime, String lateness, List<String> key) {
    Source {
      key = List.copyOf(key);
    }

    static Source events(String name, String columns, String eventTime, String lateness) {
      return new Source(name, columns, eventTime, lateness, List.of());
    }

    static Source changes(String name, String columns, List<String> key) {
      return new Source(name, columns, null, "", key);
    }

    @Override
    public String toString() {
      String head = "source " + name + " (" + columns + ") ";
      return eventTime == null
          ? head + "key " + String.join(", ", key)
          : head + "time " + eventTime + " lateness " + lateness;
    }
  }

  /** A stream. */
  record Stream(String name, boolean onClose, String sql) {
    @Override
    public String toString() {
      return (onClose ? "on_close " : "stream ") + name + " " + sql;
    }
  }

  /**
   * What comes at once. Values are SQL literals.
   *
   * @param rows events, or rows of change data that take the place of those with their keys
   * @param deletes keys of change data whose rows go
   * @param forget whether states are rid of what is not needed
   */
  record Batch(
      Map<String, List<List<String>>> rows,
      Map<String, List<List<String>>> deletes,
      boolean forget) {
    Batch {
      rows = new TreeMap<>(rows);
      deletes = new TreeMap<>(deletes);
    }

    @Override
    public String toString() {
      List<String> lines = new ArrayList<>();
      rows.forEach((source, list) -> add(lines, source, list));
      deletes.forEach((source, list) -> add(lines, "delete " + source, list));
      String head = forget ? "batch " : "batch_without_forgetting ";
      return head + String.join("\n  ", lines);
    }

    private static void add(List<String> lines, String head, List<List<String>> rows) {
      if (!rows.isEmpty()) {
        lines.add(
            head
                + " "
                + rows.stream()
                    .map(row -> "(" + String.join(", ", row) + ")")
                    .collect(Collectors.joining(", ")));
      }
    }
  }

  /** Rows of literals, as behind VALUES. */
  static List<List<String>> tuples(String text) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder value = new StringBuilder();
    int depth = 0;
    boolean quoted = false;
    for (char c : text.toCharArray()) {
      quoted ^= c == '\'';
      boolean opens = !quoted && (c == '(' || c == '[' || c == '{');
      boolean closes = !quoted && (c == ')' || c == ']' || c == '}');
      depth += opens ? 1 : closes ? -1 : 0;
      if (depth == 1 && !quoted && (c == ',' || (opens && c == '(')) || (depth == 0 && closes)) {
        if (!(opens && c == '(')) {
          row.add(value.toString().strip());
        }
        value.setLength(0);
      } else if (depth > 0) {
        value.append(c);
      }
      if (depth == 0 && closes) {
        rows.add(List.copyOf(row));
        row.clear();
      }
    }
    return rows;
  }

  /** The text of a data file. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (!zone.equals("UTC")) {
      text.append("zone ").append(zone).append("\n\n");
    }
    sources.forEach(source -> text.append(source).append("\n\n"));
    streams.forEach(stream -> text.append(stream).append("\n\n"));
    text.append(
        batches.stream().map(String::valueOf).collect(Collectors.joining("\n\n", "", "\n")));
    return text.toString();
  }
}
