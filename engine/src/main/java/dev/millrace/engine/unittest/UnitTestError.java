package dev.millrace.engine.unittest;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What is wrong with a unit test in view of columns and types. */
public enum UnitTestError implements ErrorCode {
  /** A column that the input or the model does not have. */
  TEST_COLUMN_UNKNOWN,
  /** A value that does not fit its column's type. */
  TEST_VALUE_MISFIT,
  /** Rows in a form that the input cannot have. */
  TEST_ROWS_MISFIT,
  /** A SELECT of a test, or of a view that it tests, fails. */
  TEST_SQL_FAILED,
  /** What the script does is not possible. */
  TEST_STEP_IMPOSSIBLE,
  /** A unit test has failed. */
  TEST_FAILED;

  @Override
  public Blame blame() {
    return Blame.USER;
  }
}
