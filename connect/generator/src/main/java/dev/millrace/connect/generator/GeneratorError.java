package dev.millrace.connect.generator;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can be wrong with a generator's options. */
public enum GeneratorError implements ErrorCode {
  /** A key that the generator does not know. */
  GENERATOR_UNKNOWN_KEY,
  /** A key that has to be given. */
  GENERATOR_MISSING_KEY,
  /** A value that is out of its range or of the wrong kind. */
  GENERATOR_BAD_VALUE,
  /** A name of a stream or field that is not there. */
  GENERATOR_UNKNOWN_NAME,
  /** A file of generated events cannot be written. */
  GENERATOR_FILE_FAILED;

  @Override
  public Blame blame() {
    return this == GENERATOR_FILE_FAILED ? Blame.EXTERNAL : Blame.USER;
  }
}
