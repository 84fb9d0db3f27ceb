package dev.millrace.connect.kafka;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong between a sink and its topic. */
public enum KafkaSinkError implements ErrorCode {
  /** The sink's block says something that cannot be. */
  SINK_OPTION(Blame.USER),
  /** The topic was deleted, or deleted and made anew, after changes were written to it. */
  SINK_TOPIC_LOST(Blame.USER),
  /** Kafka refuses a record: it is too large for the topic. */
  SINK_RECORD_REFUSED(Blame.USER),
  /** A value of a row that the topic's format cannot hold. */
  SINK_VALUE_UNSUPPORTED(Blame.USER),
  /** Another process has opened the same sink meanwhile. */
  SINK_FENCED(Blame.EXTERNAL),
  /** A position in the cluster that Millrace did not write. */
  SINK_POSITION_UNREADABLE(Blame.EXTERNAL);

  private final Blame blame;

  KafkaSinkError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
