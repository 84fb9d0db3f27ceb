package dev.millrace.engine.change;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.type.Column;
import dev.millrace.project.SinkSpec;
import org.jspecify.annotations.Nullable;

/** Why a table that builds make cannot be delivered as it is. */
public enum ChangeError implements ErrorCode {
  /** The table has other columns than the project's model. */
  SINK_TABLE_MISFIT,
  /** Rows of the table have the same key. */
  SINK_KEY_REPEATED,
  /** The project's model and the store's table are not the same until a build. */
  SINK_WAITS_FOR_BUILD,
  /** The table cannot be read. */
  SINK_TABLE_FAILS;

  @Override
  public Blame blame() {
    return Blame.USER;
  }

  static Problem sinkWaitsForBuild(SinkSpec sink) {
    return Problem.warning(
        SINK_WAITS_FOR_BUILD,
        sink.where(),
        what(sink) + " is another one since it was delivered last, and is not built yet",
        build(sink));
  }

  static Problem tableOfSinkMisfit(SinkSpec sink, Column column, @Nullable String type) {
    return Problem.error(
        SINK_TABLE_MISFIT,
        sink.where(),
        what(sink)
            + (type == null
                ? " has no column `" + column.name() + "`, which the model has"
                : " has column `"
                    + column.name()
                    + "` of type "
                    + type
                    + ", and the model of type "
                    + column.type()),
        build(sink));
  }

  static Problem keyRepeated(SinkSpec sink, long rows, String key) {
    return Problem.error(
        SINK_KEY_REPEATED,
        sink.where("key"),
        what(sink) + " has " + rows + " rows of one key, " + key + ", and is not delivered so",
        "name the columns that tell its rows apart in `key`, or mend the model (the data test `unique`"
            + " would have told) and build it");
  }

  static Problem tableOfSinkFails(SinkSpec sink, Exception e) {
    return Problem.error(
        SINK_TABLE_FAILS,
        sink.where(),
        what(sink) + " cannot be read: " + e.getMessage(),
        build(sink));
  }

  private static String what(SinkSpec sink) {
    return "sink `" + sink.name() + "`: table `" + sink.from() + "`";
  }

  private static String build(SinkSpec sink) {
    return "`millrace build <project> --select " + sink.from() + "` builds it";
  }
}
