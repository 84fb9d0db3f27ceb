package dev.millrace.engine.flow;

import dev.millrace.sql.Step.Blame;
import java.sql.SQLException;

/** An operation of a stream failed. */
final class OperationException extends SQLException {
  private static final long serialVersionUID = 1L;

  private final transient StreamRun stream;
  private final transient Operation operation;

  OperationException(StreamRun stream, Operation operation, SQLException cause) {
    super(cause.getMessage(), cause.getSQLState(), cause);
    this.stream = stream;
    this.operation = operation;
  }

  StreamRun stream() {
    return stream;
  }

  /** True if an expression over single input rows failed, so that one row may be at fault. */
  boolean isRowFault() {
    return operation instanceof Operation.Make make && make.blame() == Blame.ROW;
  }
}
