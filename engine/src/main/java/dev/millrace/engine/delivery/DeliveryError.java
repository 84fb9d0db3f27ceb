package dev.millrace.engine.delivery;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.Problem;
import dev.millrace.log.KafkaSystem;
import dev.millrace.project.SinkSpec;
import java.sql.SQLException;

/** What can go wrong with a delivery, besides what the connector reports. */
public enum DeliveryError implements ErrorCode {
  /** The target's position belongs to another store. */
  SINK_OTHER_EPOCH(Blame.USER),
  /** The target's position is of a sink of the same name that was removed. */
  SINK_EARLIER_LIFE(Blame.USER),
  /** The target holds more than this store ever wrote: the store is an older copy. */
  SINK_AHEAD(Blame.USER),
  /** The target holds less than it once confirmed: it is an older copy. */
  SINK_BEHIND(Blame.USER),
  /** The sink's stream is being filled. */
  SINK_WAITS_FOR_FILL(Blame.USER),
  /** The target's embedded system does not run yet. */
  SYSTEM_STARTING(Blame.EXTERNAL),
  /** The outbox could not be read or trimmed. */
  OUTBOX_FAILED(Blame.EXTERNAL),
  /** The connector failed in a way that it does not know. */
  SINK_FAILED(Blame.INTERNAL);

  private final Blame blame;

  DeliveryError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }

  static Problem otherEpoch(SinkSpec sink) {
    return Problem.error(
        SINK_OTHER_EPOCH,
        sink.where(),
        "sink `"
            + sink.name()
            + "`: "
            + target(sink)
            + " was filled from another store of this project"
            + " (a run with --fresh, or a restored backup)",
        "run with --replace-sinks to empty the "
            + kind(sink)
            + " and fill it from this store, or restore the store that filled it");
  }

  static Problem earlierSink(SinkSpec sink) {
    String kind = kind(sink);
    return Problem.error(
        SINK_EARLIER_LIFE,
        sink.where(),
        "sink `"
            + sink.name()
            + "`: "
            + target(sink)
            + " has what a sink of this name delivered before it was removed, and nothing says which"
            + " of it is gone from `"
            + sink.from()
            + "` since",
        "run with --replace-sinks to empty the "
            + kind
            + " and fill it again, or give the sink another name and another "
            + kind);
  }

  /** What people call the target: its kind and name. */
  private static String target(SinkSpec sink) {
    return kind(sink) + " `" + sink.table() + "`";
  }

  private static String kind(SinkSpec sink) {
    return sink.options().isDeclared(KafkaSystem.TOPIC) ? KafkaSystem.TOPIC : "table";
  }

  static Problem targetAhead(SinkSpec sink, long target, long store) {
    return Problem.error(
        SINK_AHEAD,
        sink.where(),
        "sink `"
            + sink.name()
            + "`: the target holds change "
            + target
            + ", this store has written only "
            + store,
        "the store is an older copy: restore the newest one, or start over with --fresh --replace-sinks");
  }

  static Problem targetBehind(SinkSpec sink, long target, long store) {
    return Problem.error(
        SINK_BEHIND,
        sink.where(),
        "sink `"
            + sink.name()
            + "`: the target holds changes up to "
            + target
            + ", but had confirmed "
            + store,
        "the target is an older copy or was emptied: restore it, or start over with --fresh --replace-sinks");
  }

  static Problem systemStarting(SinkSpec sink) {
    return Problem.warning(
        SYSTEM_STARTING,
        sink.where(),
        "sink `" + sink.name() + "` waits for `" + sink.system() + "`, which is starting",
        null);
  }

  static Problem streamFilling(SinkSpec sink) {
    return Problem.warning(
        SINK_WAITS_FOR_FILL,
        sink.where(),
        "sink `" + sink.name() + "` waits for `" + sink.from() + "`, which is being filled",
        null);
  }

  static Problem storeFailed(SinkSpec sink, SQLException e) {
    return Problem.error(
        OUTBOX_FAILED,
        sink.where(),
        "sink `" + sink.name() + "`: the outbox cannot be read: " + e.getMessage(),
        null);
  }

  static Problem unexpected(SinkSpec sink, Throwable e) {
    return Problem.error(
        SINK_FAILED,
        sink.where(),
        "sink `" + sink.name() + "` failed unexpectedly: " + e,
        "this is a fault of Millrace or of the connector; please report it with the log");
  }
}
