package dev.millrace.project;

import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.SourceLocation;
import java.time.Duration;
import java.util.Optional;

/**
 * One stream of a source: a topic, the columns of its records and the rules of admission.
 *
 * @param source the source's name
 * @param declaration name, columns and what the connector reads of them
 * @param topic the topic's name
 * @param partitions how many partitions a missing topic is created with
 * @param eventTime the column of type TIMESTAMPTZ that says when an event happened; empty for
 *     change data, which has no event time
 * @param allowedLateness how far the watermark stays behind the newest event time
 * @param maxAhead how far an event time may be ahead of the clock before the row is rejected
 * @param idleAfter how long a partition must be silent at its end before it no longer holds the
 *     watermark back
 * @param unique which repeats are dropped
 * @param extraFields what happens to a record with a field that is no column
 * @param onBad what happens when a record is rejected
 * @param maxRecordBytes a larger record is rejected
 * @param format what its records are
 * @param where its place
 */
public record StreamSpec(
    String source,
    StreamDeclaration declaration,
    String topic,
    int partitions,
    String eventTime,
    Duration allowedLateness,
    Duration maxAhead,
    Duration idleAfter,
    Optional<Unique> unique,
    ExtraFields extraFields,
    OnBad onBad,
    long maxRecordBytes,
    RecordFormat format,
    SourceLocation where) {

  /** A stream whose records are rows with a field for each column. */
  public StreamSpec(
      String source,
      StreamDeclaration declaration,
      String topic,
      int partitions,
      String eventTime,
      Duration allowedLateness,
      Duration maxAhead,
      Duration idleAfter,
      Optional<Unique> unique,
      ExtraFields extraFields,
      OnBad onBad,
      long maxRecordBytes,
      SourceLocation where) {
    this(
        source,
        declaration,
        topic,
        partitions,
        eventTime,
        allowedLateness,
        maxAhead,
        idleAfter,
        unique,
        extraFields,
        onBad,
        maxRecordBytes,
        RecordFormat.rows(declaration.schema()),
        where);
  }

  /**
   * A row whose {@code key} was admitted before, with an event time at most {@code within} away, is
   * dropped.
   */
  public record Unique(String key, Duration within) {}

  /** What happens to a record with a field that is no column. */
  public enum ExtraFields {
    /** The field is not read. */
    IGNORE,
    /** The record is rejected. */
    REJECT
  }

  /** What happens when a record is rejected. */
  public enum OnBad {
    /** It is kept in {@code system.rejected} and the flow goes on. */
    SET_ASIDE,
    /** The flow stops before it. */
    FAIL,
    /** As FAIL, since the source says {@code on_schema_change: stop}. */
    STOP
  }

  /** The same stream with records that are JSON, as unit tests write them. */
  public StreamSpec asJson() {
    return new StreamSpec(
        source,
        declaration,
        topic,
        partitions,
        eventTime,
        allowedLateness,
        maxAhead,
        idleAfter,
        unique,
        extraFields,
        onBad,
        maxRecordBytes,
        format.written(RecordFormat.Serialization.JSON, RecordFormat.Serialization.JSON),
        where);
  }

  /** The stream's name within its source. */
  public String name() {
    return declaration.name();
  }

  /** {@code source.stream}, as messages and tables name it. */
  public String qualifiedName() {
    return source + "." + declaration.name();
  }
}
