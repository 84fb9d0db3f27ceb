package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Refusal;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.engine.store.Transaction;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;

/**
 * How far a flow has come: positions, watermarks, counts and the next row id, written in the
 * batch's transaction and read back at the start. For the flow's thread; {@link Counts} may be read
 * by any.
 */
public final class Progress {
  private final String flow;
  private final List<Admission> sources;
  private final Map<String, Counts> counts = new HashMap<>();
  private final Map<String, Position> positions = new HashMap<>();
  private long nextId;
  private volatile long batches;

  /** What a source has admitted and refused since the store was made. */
  public static final class Counts {
    volatile long rows;
    volatile long late;
    volatile long rejected;
    volatile long duplicates;

    /** Admitted. */
    public long rows() {
      return rows;
    }

    /** Older than the watermark. */
    public long late() {
      return late;
    }

    /** Not decoded, or against a rule. */
    public long rejected() {
      return rejected;
    }

    /** Repeats. */
    public long duplicates() {
      return duplicates;
    }

    Counts plus(Admission.Outcome outcome) {
      Counts sum = new Counts();
      sum.rows = rows + outcome.rows();
      sum.late = late + outcome.count(Refusal.Kind.LATE);
      sum.rejected = rejected + outcome.count(Refusal.Kind.REJECTED);
      sum.duplicates = duplicates + outcome.count(Refusal.Kind.DUPLICATE);
      return sum;
    }
  }

  Progress(String flow, List<Admission> sources) {
    this.flow = flow;
    this.sources = sources;
    sources.forEach(s -> counts.put(s.stream().qualifiedName(), new Counts()));
  }

  /** The id of the next row. */
  long nextId() {
    return nextId;
  }

  long batches() {
    return batches;
  }

  Counts counts(String source) {
    Counts found = counts.get(source);
    if (found == null) {
      throw new IllegalStateException("no source " + source);
    }
    return found;
  }

  /** Where to go on reading; partitions that were never read are missing. */
  List<Position> positions() {
    return List.copyOf(positions.values());
  }

  /** Reads everything from the store. */
  void load(Transaction transaction) throws SQLException {
    nextId =
        Math.max(
            1,
            transaction.number("SELECT next_id FROM progress.flows WHERE flow = " + literal(flow)));
    batches =
        transaction.number("SELECT batches FROM progress.flows WHERE flow = " + literal(flow));
    positions.clear();
    for (Admission source : sources) {
      String name = source.stream().qualifiedName();
      Watermarks watermarks = source.watermarks();
      transaction.query(
          "SELECT topic, topic_id, \"partition\", next_offset, epoch_us(newest_event_time), idle"
              + " FROM progress.partitions WHERE source = "
              + literal(name),
          row -> {
            Position position =
                new Position(row.getString(1), row.getString(2), row.getInt(3), row.getLong(4));
            positions.put(key(position), position);
            long newest = row.getLong(5);
            watermarks.restore(
                row.getInt(3), row.wasNull() ? Watermarks.UNKNOWN : newest, row.getBoolean(6));
          });
      transaction.query(
          "SELECT epoch_us(watermark), ended, \"rows\", late, rejected, duplicates FROM progress.sources WHERE source = "
              + literal(name),
          row -> {
            long micros = row.getLong(1);
            boolean unknown = row.wasNull();
            watermarks.restore(
                row.getBoolean(2) ? Watermarks.ENDED : unknown ? Watermarks.UNKNOWN : micros);
            Counts c = counts(name);
            c.rows = row.getLong(3);
            c.late = row.getLong(4);
            c.rejected = row.getLong(5);
            c.duplicates = row.getLong(6);
          });
      source.loaded();
    }
  }

  private static String key(Position position) {
    return position.topic() + "/" + position.partition();
  }

  private static String literal(String text) {
    return Identifier.literal(text);
  }

  /** What a batch changes; applied to memory only when it is committed. */
  record Advance(long nextId, List<Position> positions, Map<String, Counts> counts) {}

  /** Writes how far a batch comes. */
  Advance write(
      Transaction transaction,
      long idAfter,
      List<Position> readTo,
      Map<String, Admission.Outcome> outcomes,
      List<StreamRun> streams)
      throws SQLException {
    Map<String, Counts> after = new HashMap<>();
    counts.forEach(
        (name, before) -> {
          Admission.Outcome outcome = outcomes.get(name);
          after.put(name, outcome == null ? before : before.plus(outcome));
        });
    List<String> partitions = partitionRows(readTo);
    if (!partitions.isEmpty()) {
      transaction.execute(
          "INSERT OR REPLACE INTO progress.partitions VALUES " + String.join(",", partitions));
    }
    transaction.execute(
        "INSERT OR REPLACE INTO progress.sources VALUES "
            + sources.stream().map(s -> row(s, after)).collect(Collectors.joining(",")));
    if (!streams.isEmpty()) {
      transaction.execute(
          "INSERT OR REPLACE INTO progress.streams VALUES "
              + streams.stream()
                  .map(
                      s ->
                          "("
                              + literal(s.model().name())
                              + ","
                              + s.changesWithBatch()
                              + ","
                              + s.stopped().map(p -> literal(p.message())).orElse("NULL")
                              + ")")
                  .collect(Collectors.joining(",")));
    }
    transaction.execute(
        "INSERT OR REPLACE INTO progress.flows VALUES ("
            + literal(flow)
            + ","
            + idAfter
            + ","
            + (batches + 1)
            + ")");
    return new Advance(idAfter, readTo, after);
  }

  private List<String> partitionRows(List<Position> readTo) {
    Map<String, Admission> byTopic = new HashMap<>();
    sources.forEach(s -> byTopic.put(s.stream().topic(), s));
    List<String> partitions = new ArrayList<>();
    for (Position p : readTo) {
      Admission source = byTopic.get(p.topic());
      if (source != null) {
        Watermarks w = source.watermarks();
        partitions.add(
            "("
                + literal(source.stream().qualifiedName())
                + ","
                + literal(p.topic())
                + ","
                + literal(p.topicId())
                + ","
                + p.partition()
                + ","
                + p.nextOffset()
                + ","
                + Watermarks.sql(w.newest(p.partition()))
                + ","
                + w.isIdle(p.partition())
                + ")");
      }
    }
    return partitions;
  }

  private static String row(Admission source, Map<String, Counts> after) {
    String name = source.stream().qualifiedName();
    Counts c = after.getOrDefault(name, new Counts());
    long watermark = source.watermarks().micros();
    return "("
        + literal(name)
        + ","
        + Watermarks.sql(watermark)
        + ","
        + (watermark == Watermarks.ENDED)
        + ","
        + c.rows
        + ","
        + c.late
        + ","
        + c.rejected
        + ","
        + c.duplicates
        + ")";
  }

  /** The batch was committed. */
  void committed(Advance advance) {
    nextId = advance.nextId;
    batches++;
    advance.positions.forEach(p -> positions.put(key(p), p));
    advance.counts.forEach(
        (name, sum) -> {
          Counts c = counts(name);
          c.rows = sum.rows;
          c.late = sum.late;
          c.rejected = sum.rejected;
          c.duplicates = sum.duplicates;
        });
  }

  /** Keeps refused records with their bytes and the reason. */
  static void keep(
      Transaction transaction,
      String source,
      TopicRecords records,
      List<Refusal> refusals,
      Instant now)
      throws SQLException {
    for (Refusal.Kind kind : Refusal.Kind.values()) {
      List<Refusal> ofKind = refusals.stream().filter(r -> r.kind() == kind).toList();
      if (ofKind.isEmpty()) {
        continue;
      }
      String temporary = "refused_" + kind.table();
      transaction.execute(
          "CREATE OR REPLACE TEMP TABLE "
              + temporary
              + " (p INTEGER, o BIGINT, reason VARCHAR, event_time BIGINT, value BLOB)");
      try (DuckDBAppender appender = transaction.appender("temp", "main", temporary)) {
        for (Refusal refusal : ofKind) {
          int i = refusal.ordinal();
          appender
              .beginRow()
              .append(records.partitions()[i])
              .append(records.offsets()[i])
              .append(refusal.reason());
          if (refusal.eventTime() == Watermarks.UNKNOWN) {
            appender.appendNull();
          } else {
            appender.append(refusal.eventTime());
          }
          byte[] value = records.values()[i];
          if (value == null) {
            appender.appendNull();
          } else {
            appender.append(value);
          }
          appender.endRow();
        }
      }
      transaction.execute(
          "INSERT INTO store.system."
              + kind.table()
              + " (source, topic, \"partition\", \"offset\", reason, event_time, recorded_at, value) SELECT "
              + literal(source)
              + ","
              + literal(records.topic())
              + ", p, o, reason, make_timestamptz(event_time), "
              + literal(now.atOffset(ZoneOffset.UTC).toString())
              + "::TIMESTAMPTZ, value FROM "
              + temporary);
    }
  }
}
