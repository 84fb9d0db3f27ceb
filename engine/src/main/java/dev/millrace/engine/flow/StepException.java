package dev.millrace.engine.flow;

import dev.millrace.sql.Step;
import java.sql.SQLException;

/** A step of a stream's program failed. */
final class StepException extends SQLException {
  private static final long serialVersionUID = 1L;

  private final transient StreamRun stream;
  private final transient Step step;

  StepException(StreamRun stream, Step step, SQLException cause) {
    super(cause.getMessage(), cause.getSQLState(), cause);
    this.stream = stream;
    this.step = step;
  }

  StreamRun stream() {
    return stream;
  }

  /** True if an expression over single input rows failed, so that one row may be at fault. */
  boolean isRowFault() {
    return step instanceof Step.Make make && make.blame() == Step.Blame.ROW;
  }
}
