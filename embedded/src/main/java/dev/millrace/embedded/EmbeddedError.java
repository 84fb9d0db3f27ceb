package dev.millrace.embedded;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong with a project's data folder and the systems that run from it. */
public enum EmbeddedError implements ErrorCode {
  /** Another process runs the project. */
  INSTANCE_RUNNING(Blame.USER),
  /** The data folder was written by a newer Millrace, or by another version of a system. */
  DATA_FOLDER_VERSION(Blame.USER),
  /** The data folder cannot be read or written. */
  DATA_FOLDER_IO(Blame.EXTERNAL),
  /** This machine cannot run the embedded system. */
  EMBEDDED_UNAVAILABLE(Blame.USER),
  /** What was downloaded is not what it should be. */
  DOWNLOAD_CORRUPT(Blame.EXTERNAL),
  /** An embedded system did not start. */
  EMBEDDED_START(Blame.EXTERNAL);

  private final Blame blame;

  EmbeddedError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
