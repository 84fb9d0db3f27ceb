package dev.millrace.orchestrate;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.error.Suggestion;
import java.util.List;

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

  /**
   * A job that is not there.
   *
   * @param names of those that are
   */
  static StopException unknown(String job, List<String> names) {
    String near = Suggestion.didYouMean(job, names);
    String known =
        names.isEmpty()
            ? "the project has no jobs.yml"
            : "there is `" + String.join("`, `", names) + "`";
    return new StopException(
        Problem.error(UNKNOWN_JOB, null, "no job `" + job + "`", near != null ? near : known),
        null);
  }

  @Override
  public Blame blame() {
    return blame;
  }

  static StopException ending() {
    return new StopException(Problem.error(ENDING, null, "Millrace is being stopped", null), null);
  }
}
