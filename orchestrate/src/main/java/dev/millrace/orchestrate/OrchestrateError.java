package dev.millrace.orchestrate;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong with jobs. */
public enum OrchestrateError implements ErrorCode {
  /** The project has no such job. */
  UNKNOWN_JOB(Blame.USER),
  /** A job's run has failed. */
  JOB_FAILED(Blame.USER),
  /** The instance ends. */
  ENDING(Blame.USER);

  private final Blame blame;

  OrchestrateError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
