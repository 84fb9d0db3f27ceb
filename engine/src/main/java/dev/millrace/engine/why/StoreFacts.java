package dev.millrace.engine.why;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.store.Instants;
import dev.millrace.engine.why.Explanation.Held;
import dev.millrace.engine.why.Explanation.Partition;
import dev.millrace.engine.why.Explanation.Windows;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.Step;
import dev.millrace.sql.StreamProgram;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads from the store what explanations are made of. For one thread. */
final class StoreFacts {
  /** What is called lately. */
  static final Duration LATELY = Duration.ofMinutes(5);

  private static final Pattern VARIABLE = Pattern.compile("getvariable\\('([^']*)'\\)");

  private final Connection connection;

  /** Counts of a stream of a source since the store was made. */
  record Source(
      Optional<Instant> watermark,
      boolean ended,
      long rows,
      long late,
      long rejected,
      long duplicates) {
    static final Source NONE = new Source(Optional.empty(), false, 0, 0, 0, 0);
  }

  /**
   * Records refused lately.
   *
   * @param reason the most frequent one
   */
  record Refusals(long late, long rejected, Optional<String> reason) {}

  StoreFacts(Connection connection) {
    this.connection = connection;
  }

  private interface Row {
    void read(ResultSet row) throws SQLException;
  }

  private void query(String sql, Row action) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        action.read(rows);
      }
    }
  }

  private static String finite(String time) {
    return "epoch_us(CASE WHEN isfinite(" + time + ") THEN " + time + " END)";
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    long micros = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instants.of(micros));
  }

  /** By {@code source.stream}; those of which no record was ever read are missing. */
  Map<String, Source> sources() throws SQLException {
    Map<String, Source> found = new HashMap<>();
    query(
        "SELECT source, "
            + finite("watermark")
            + ", ended, \"rows\", late, rejected, duplicates FROM store.system.sources",
        row ->
            found.put(
                row.getString(1),
                new Source(
                    instant(row, 2),
                    row.getBoolean(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getLong(7))));
    return found;
  }

  /** The partitions of some sources, with the one that holds each watermark. */
  List<Partition> partitions(Set<String> sources) throws SQLException {
    List<Partition> read = new ArrayList<>();
    query(
        "SELECT source, topic, \"partition\", "
            + finite("newest_event_time")
            + ", idle, "
            + finite("watermark")
            + ", ended FROM store.system.watermarks ORDER BY source, \"partition\"",
        row -> {
          if (sources.contains(row.getString(1))) {
            boolean holds = !row.getBoolean(5) && !row.getBoolean(7);
            read.add(
                new Partition(
                    row.getString(1),
                    row.getString(2),
                    row.getInt(3),
                    instant(row, 4),
                    row.getBoolean(5),
                    instant(row, 6),
                    holds));
          }
        });
    return read.stream().map(p -> withHolder(p, read)).toList();
  }

  /** Of the partitions that may hold a watermark back the one that has come least far does. */
  private static Partition withHolder(Partition partition, List<Partition> all) {
    Optional<Partition> holder =
        all.stream()
            .filter(p -> p.source().equals(partition.source()) && p.holds())
            .min(Comparator.comparing(p -> p.newest().orElse(Instant.MIN)));
    return new Partition(
        partition.source(),
        partition.topic(),
        partition.partition(),
        partition.newest(),
        partition.idle(),
        partition.watermark(),
        holder.filter(p -> p.partition() == partition.partition()).isPresent());
  }

  /** Records of a source that were refused lately. */
  Refusals refusals(String source) throws SQLException {
    String since =
        " WHERE source = "
            + Identifier.literal(source)
            + " AND recorded_at > now() - INTERVAL "
            + LATELY.toMinutes()
            + " MINUTE";
    long[] counts = new long[2];
    query(
        "SELECT (SELECT count(*) FROM store.system.late"
            + since
            + "), (SELECT count(*) FROM store.system.rejected"
            + since
            + ")",
        row -> {
          counts[0] = row.getLong(1);
          counts[1] = row.getLong(2);
        });
    return new Refusals(counts[0], counts[1], commonReason(source));
  }

  private Optional<String> commonReason(String source) throws SQLException {
    List<String> reasons = new ArrayList<>();
    query(
        "SELECT reason FROM (SELECT reason FROM store.system.rejected WHERE source = "
            + Identifier.literal(source)
            + " ORDER BY id DESC LIMIT 10000) GROUP BY reason ORDER BY count(*) DESC, reason LIMIT"
            + " 1",
        row -> reasons.add(row.getString(1)));
    return reasons.stream().findFirst();
  }

  /** Changes of every stream since the store was made, by name. */
  Map<String, Long> changes() throws SQLException {
    Map<String, Long> found = new HashMap<>();
    query(
        "SELECT stream, changes FROM store.system.streams",
        row -> found.put(row.getString(1), row.getLong(2)));
    return found;
  }

  /** Why streams have stopped, by name. */
  Map<String, String> stopped() throws SQLException {
    Map<String, String> found = new HashMap<>();
    query(
        "SELECT stream, stopped FROM store.system.streams WHERE stopped IS NOT NULL",
        row -> found.put(row.getString(1), row.getString(2)));
    return found;
  }

  /** What was advised when this was said last. */
  Optional<String> hint(String message) throws SQLException {
    List<String> found = new ArrayList<>();
    query(
        "SELECT hint FROM store.system.errors WHERE hint NOTNULL AND message = "
            + Identifier.literal(message)
            + " ORDER BY recorded_at DESC LIMIT 1",
        row -> found.add(row.getString(1)));
    return found.stream().findFirst();
  }

  /** The record at which a source's flow has stopped, behind which it has not come since. */
  Optional<String> stoppedAt(String source) throws SQLException {
    List<String> found = new ArrayList<>();
    query(
        "SELECT message FROM store.system.errors WHERE code = 'BAD_RECORD' AND"
            + " starts_with(message, "
            + Identifier.literal("source `" + source + "` rejected")
            + ") AND recorded_at > coalesce((SELECT max(committed_at) FROM store.system.batches b"
            + " WHERE b.flow = asset), '-infinity'::TIMESTAMPTZ) ORDER BY recorded_at DESC LIMIT 1",
        row -> found.add(row.getString(1)));
    return found.stream().findFirst();
  }

  /** What operators of some assets hold. */
  List<Held> held(Set<String> assets) throws SQLException {
    List<Held> found = new ArrayList<>();
    query(
        "SELECT asset, operator, holds, \"rows\", bytes, bounded FROM store.system.state ORDER BY"
            + " asset, operator",
        row -> {
          if (assets.contains(row.getString(1))) {
            found.add(
                new Held(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getBoolean(6)));
          }
        });
    return found;
  }

  /** The open windows of a stream; empty if it has none, or publishes after every batch. */
  Optional<Windows> windows(
      String stream, StreamProgram program, List<StreamSpec> specs, Map<String, Source> sources)
      throws SQLException {
    Map<String, String> variables = new HashMap<>();
    for (StreamSpec spec : specs) {
      Source source = sources.getOrDefault(spec.qualifiedName(), Source.NONE);
      String value =
          source.ended()
              ? "'infinity'::TIMESTAMPTZ"
              : source.watermark().map(w -> "'" + w + "'::TIMESTAMPTZ").orElse("NULL::TIMESTAMPTZ");
      variables.put(Admission.variable(spec), value);
    }
    List<Windows> found = new ArrayList<>();
    for (Step step : program.steps()) {
      if (step instanceof Step.Take take) {
        String column = Identifier.quote(take.column());
        query(
            "SELECT count(*), "
                + finite("min(" + column + ")")
                + ", "
                + finite("(" + literals(take.before(), variables) + ")")
                + " FROM state."
                + Identifier.quote(take.state()),
            row -> {
              Optional<Instant> oldest = instant(row, 2);
              Optional<Instant> bound = instant(row, 3);
              if (oldest.isPresent()) {
                found.add(new Windows(stream, row.getLong(1), oldest.get(), bound));
              }
            });
      }
    }
    return found.stream().min(Comparator.comparing(Windows::oldest));
  }

  private static String literals(String sql, Map<String, String> variables) {
    return VARIABLE
        .matcher(sql)
        .replaceAll(
            v -> Matcher.quoteReplacement(variables.getOrDefault(v.group(1), "NULL::TIMESTAMPTZ")));
  }

  /** How far a sink is, and when it came so far; empty if it has never delivered. */
  Optional<Instant> delivered(String sink) throws SQLException {
    List<Instant> found = new ArrayList<>();
    query(
        "SELECT "
            + finite("delivered_at")
            + " FROM store.system.sinks WHERE delivered > 0 AND sink = "
            + Identifier.literal(sink),
        row -> instant(row, 1).ifPresent(found::add));
    return found.stream().findFirst();
  }
}
