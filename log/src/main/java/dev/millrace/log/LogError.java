package dev.millrace.log;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong with brokers, topics and the sources that write them. */
public enum LogError implements ErrorCode {
  /** Another process uses the broker's data folder. */
  BROKER_FOLDER_LOCKED(Blame.USER),
  /** A newer Millrace wrote the broker's data folder. */
  BROKER_FOLDER_NEWER(Blame.USER),
  /** The broker's data folder cannot be read or written. */
  BROKER_FOLDER_UNUSABLE(Blame.EXTERNAL),
  /** Something else listens on the broker's port. */
  BROKER_PORT_IN_USE(Blame.USER),
  /** The embedded broker did not start. */
  BROKER_NOT_STARTED(Blame.INTERNAL),
  /** The embedded broker gave up while running. */
  BROKER_FAILED(Blame.EXTERNAL),
  /** No broker answers at the cluster's address. */
  KAFKA_UNREACHABLE(Blame.EXTERNAL),
  /** The cluster refuses the credentials or an operation. */
  KAFKA_ACCESS_DENIED(Blame.USER),
  /** The connection's options do not fit together. */
  KAFKA_OPTIONS_INVALID(Blame.USER),
  /** A Kafka client failed in a way that has no better name. */
  KAFKA_FAILED(Blame.EXTERNAL),
  /** A topic that is read does not exist. */
  TOPIC_MISSING(Blame.USER),
  /** A topic was deleted and created again since its position was stored. */
  TOPIC_RECREATED(Blame.USER),
  /** A topic exists with fewer partitions than a stored position needs. */
  TOPIC_PARTITIONS_DIFFER(Blame.USER),
  /** A topic was to be emptied, and Kafka drops none of its records. */
  TOPIC_NOT_EMPTIED(Blame.USER),
  /** Another process writes a topic that only one may write. */
  TOPIC_TAKEN_OVER(Blame.USER),
  /** The log no longer holds, or never held, the record at a stored position. */
  POSITION_OUT_OF_RANGE(Blame.USER),
  /** Another instance runs the same source of the same project. */
  SOURCE_FENCED(Blame.USER),
  /** A source returned a record that cannot be written. */
  SOURCE_RECORD_INVALID(Blame.INTERNAL),
  /** A source failed with an exception that does not say what to do. */
  SOURCE_FAILED(Blame.INTERNAL),
  /** A source's ledger could not be amended in time. */
  LEDGER_BUSY(Blame.EXTERNAL);

  private final Blame blame;

  LogError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
