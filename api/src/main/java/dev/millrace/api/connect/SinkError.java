package dev.millrace.api.connect;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Batch;

/** What every sink refuses, whatever it writes to. */
public enum SinkError implements ErrorCode {
  /** The target holds the changes of another store. */
  SINK_EPOCH_UNKNOWN(Blame.USER),
  /** An append sink was given a row to take back. */
  SINK_RETRACTION(Blame.INTERNAL);

  private final Blame blame;

  SinkError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }

  /**
   * For a sink that appends.
   *
   * @throws StopException if a row of the batch is taken back
   */
  public static void requireNoRetraction(Batch batch, SinkContext context) {
    for (byte weight : batch.weights()) {
      if (weight < 0) {
        throw retraction(context);
      }
    }
  }

  /** A sink that appends was given a row to take back. */
  public static StopException retraction(SinkContext context) {
    return new StopException(
        Problem.error(
            SINK_RETRACTION,
            null,
            "sink `%s` appends, and its stream takes a row back".formatted(context.sink()),
            "use a `mode` with a key, such as `upsert`"),
        null);
  }

  /** The target was filled from another store than this one. */
  public static StopException unknownEpoch(SinkContext context, String held) {
    return new StopException(
        Problem.error(
            SINK_EPOCH_UNKNOWN,
            null,
            "the target of sink `%s` holds changes of another store (epoch %s, this one is %s)"
                .formatted(context.sink(), held, context.epoch()),
            "restore that store, or run with `--replace-sinks`: this empties `%s` and delivers all"
                    .formatted(context.table())
                + " again"),
        null);
  }
}
