package dev.millrace.engine.flow;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.type.Column;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.StreamSpec;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What can go wrong while a flow runs. */
public enum FlowError implements ErrorCode {
  /** No broker answers. */
  LOG_UNREACHABLE(Blame.EXTERNAL),
  /** A sink's outbox is at its cap. */
  OUTBOX_FULL(Blame.EXTERNAL),
  /** An aggregate, or other state, failed; the stream stopped. */
  STREAM_STOPPED(Blame.USER),
  /** A stream that this one reads has stopped. */
  UPSTREAM_STOPPED(Blame.USER),
  /** A table that streams look up has other columns than they know. */
  TABLE_MISFIT(Blame.USER),
  /** A stream's tables are being filled. */
  STREAM_FILLING(Blame.USER),
  /** What a stream is to be filled from was deleted. */
  HISTORY_GONE(Blame.EXTERNAL),
  /** A record was rejected and its source says {@code on_bad: fail}. */
  BAD_RECORD(Blame.USER);

  private final Blame blame;

  FlowError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }

  static Problem disconnected(String flow, String reason) {
    return Problem.error(
        LOG_UNREACHABLE,
        null,
        "flow " + flow + ": " + reason,
        "nothing is lost; it goes on by itself");
  }

  static Problem outboxFull(SinkSpec sink) {
    return Problem.error(
        OUTBOX_FULL,
        sink.where(),
        "sink `" + sink.name() + "` has more waiting than its `outbox` allows, so the flow pauses",
        "bring the target back, or raise `outbox`; the topics keep everything meanwhile");
  }

  static Problem tableMisfit(String table, Column column, String what) {
    return Problem.error(
        TABLE_MISFIT,
        null,
        "column `"
            + column.name()
            + "` of `"
            + table
            + "`, which streams look up, "
            + what
            + ": they wait",
        "run the project again, so that its streams know the columns, or build `"
            + table
            + "` as it was; the topics keep everything meanwhile");
  }

  static Problem tableFails(String table, SQLException cause) {
    return Problem.error(
        TABLE_MISFIT,
        null,
        "`" + table + "`, which streams look up, cannot be read: " + Faults.reason(cause),
        "build it with what it reads; the topics keep everything meanwhile");
  }

  static Problem streamStopped(String stream, String cause, @Nullable SourceLocation where) {
    return Problem.error(
        STREAM_STOPPED,
        where,
        "stream `" + stream + "` stopped: " + cause,
        "the others go on; " + cure(cause) + ", then run again");
  }

  /** What to do about an error of DuckDB's in a stream's state. */
  private static String cure(String cause) {
    String text = cause.toLowerCase(Locale.ROOT);
    if (text.contains("overflow")) {
      return "widen the type (for example `sum(x::DOUBLE)`)";
    }
    if (text.contains("map key")) {
      return "let each key be there once, and never null (for example GROUP BY the key first)";
    }
    if (text.startsWith("conversion error")) {
      return "let the expression bear such values (for example `TRY_CAST`)";
    }
    if (text.startsWith("out of range error") || text.startsWith("invalid input error")) {
      return "keep such values away from the expression (for example by WHERE, FILTER or CASE)";
    }
    return "mend the model";
  }

  static Problem upstreamStopped(String stream, String upstream) {
    return Problem.error(
        UPSTREAM_STOPPED,
        null,
        "stream `" + stream + "` reads `" + upstream + "`, which stopped",
        null);
  }

  static Problem filling(List<String> streams, long done, long total) {
    String far =
        total == 0
            ? ""
            : String.format(Locale.ROOT, ": %,d of %,d records", Math.min(done, total), total);
    return Problem.warning(
        STREAM_FILLING, null, "filling " + String.join(", ", streams) + far, null);
  }

  static Problem historyGone(FillParts parts, Problem cause) {
    return Problem.error(
        HISTORY_GONE,
        null,
        "streams "
            + String.join(", ", parts.names())
            + (parts.goesOn()
                ? " cannot go on from where they stood still: "
                : " cannot be filled from the beginning: ")
            + cause.message(),
        (parts.goesOn() ? "give" : "undo the edit, give")
            + " the streams a `start` that the topic still holds, or run with"
            + " `--fresh` to build everything again from what it holds");
  }

  static Problem badChange(List<String> streams, Problem cause) {
    return Problem.error(
        BAD_RECORD,
        cause.where(),
        "streams "
            + String.join(", ", streams)
            + " cannot be filled from change data: "
            + cause.message(),
        "the old tables are as they were; undo the edit, or let the query bear the record (for"
            + " example `TRY_CAST`)");
  }

  static Problem badRecord(
      StreamSpec source, String topic, int partition, long offset, String reason) {
    return Problem.error(
        BAD_RECORD,
        source.where(),
        "source `"
            + source.qualifiedName()
            + "` rejected the record at "
            + topic
            + "/"
            + partition
            + "@"
            + offset
            + ": "
            + reason,
        source.onBad() == StreamSpec.OnBad.STOP
            ? "`on_schema_change: stop` stops the flow there; give the field a column, or its column"
                + " a type that holds the value or the field's old name in `aliases`, then run again"
            : "`on_bad: fail` stops the flow there; correct the producer, or say `on_bad:"
                + " set_aside`");
  }
}
