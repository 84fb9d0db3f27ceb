package dev.millrace.server;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong between a browser and the instance. */
public enum ServerError implements ErrorCode {
  /** Another process listens on the port that was asked for. */
  PORT_IN_USE(Blame.USER),
  /** None of the ports that were tried is free. */
  NO_FREE_PORT(Blame.EXTERNAL),
  /** The request does not come from a page of this server. */
  FOREIGN_REQUEST(Blame.USER),
  /** The request cannot be understood. */
  BAD_REQUEST(Blame.USER),
  /** No such page, asset or dashboard. */
  NOT_FOUND(Blame.USER),
  /** The store cannot be read at the moment. */
  STORE_NOT_READABLE(Blame.EXTERNAL),
  /** As many queries run as the server allows at once. */
  TOO_MANY_QUERIES(Blame.EXTERNAL),
  /** As many live pages are open as the server allows at once. */
  TOO_MANY_PAGES(Blame.EXTERNAL),
  /** Another build runs in the instance. */
  BUILD_RUNNING(Blame.USER),
  /** A defect of Millrace. */
  SERVER_DEFECT(Blame.INTERNAL),
  /** The folder has no millrace.yml. */
  NOT_A_PROJECT(Blame.USER),
  /** The project has not run yet. */
  NOTHING_STORED(Blame.USER),
  /** What is asked for wants that no instance runs. */
  STILL_RUNNING(Blame.USER),
  /** The running instance refused a request of the command line. */
  REFUSED_BY_INSTANCE(Blame.USER);

  private final Blame blame;

  ServerError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
