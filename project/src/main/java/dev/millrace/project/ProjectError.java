package dev.millrace.project;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can be wrong with a project's files. */
public enum ProjectError implements ErrorCode {
  /** The folder is no project. */
  NO_PROJECT,
  /** A file cannot be read, or is no UTF-8 text. */
  UNREADABLE_FILE,
  /** A file is no YAML. */
  YAML_SYNTAX,
  /** A key is twice in a block. */
  DUPLICATE_KEY,
  /** A key that a block does not have. */
  UNKNOWN_KEY,
  /** A key that a block needs. */
  MISSING_KEY,
  /** A value that does not fit its key. */
  BAD_VALUE,
  /** A name that cannot be one. */
  BAD_NAME,
  /** Two things have one name. */
  DUPLICATE_NAME,
  /** A target that the project does not have. */
  UNKNOWN_TARGET,
  /** A connector that is not installed. */
  UNKNOWN_CONNECTOR,
  /** A system that the target does not have. */
  UNKNOWN_SYSTEM,
  /** A model that the project does not have. */
  UNKNOWN_MODEL,
  /** A source, or a stream of one, that the project does not have. */
  UNKNOWN_SOURCE,
  /** A package that is not installed. */
  MISSING_PACKAGE,
  /** A file that a unit test names and that is not there. */
  UNKNOWN_FILE,
  /** A column that a stream does not declare. */
  UNKNOWN_COLUMN,
  /** A parameter that a dashboard does not have. */
  UNKNOWN_PARAMETER,
  /** Models read one another in a circle. */
  MODEL_CYCLE,
  /** A model without SQL. */
  EMPTY_MODEL,
  /** A model reads what its materialization cannot read. */
  CANNOT_READ,
  /** dbt has it, this version of Millrace does not. */
  NOT_SUPPORTED,
  /** Something that has no effect. */
  NO_EFFECT;

  @Override
  public Blame blame() {
    return Blame.USER;
  }
}
