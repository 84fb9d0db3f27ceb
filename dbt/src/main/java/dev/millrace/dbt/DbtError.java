package dev.millrace.dbt;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can be wrong with a template. */
public enum DbtError implements ErrorCode {
  /** The text is no Jinja. */
  TEMPLATE_SYNTAX,
  /** The template uses a name that nothing has: a macro, a variable, a filter. */
  UNKNOWN_NAME,
  /** The template fails while it is rendered. */
  TEMPLATE_FAILED,
  /** {@code var()} of a variable that the project does not have. */
  UNKNOWN_VAR,
  /** {@code env_var()} of a variable that is not set. */
  ENV_VAR_NOT_SET,
  /** Two macros have one name. */
  DUPLICATE_MACRO,
  /** The engine refuses the SQL of a node, or fails to run it. */
  SQL_FAILED,
  /** A function is called with arguments that it does not take. */
  BAD_CALL,
  /** A seed's CSV file cannot be read. */
  SEED_FILE,
  /** The configuration of a node is wrong. */
  BAD_CONFIG,
  /** A unit test is about something that is not there. */
  UNIT_TEST,
  /** The engine refused a statement. */
  STATEMENT_FAILED,
  /** Millrace itself failed. */
  DBT_DEFECT(Blame.INTERNAL);

  private final Blame blame;

  DbtError() {
    this(Blame.USER);
  }

  DbtError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
