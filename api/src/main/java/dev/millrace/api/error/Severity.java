package dev.millrace.api.error;

/** Whether a problem prevents a project from running. */
public enum Severity {
  /** The project cannot run. */
  ERROR,
  /** The project runs, but probably not as its author wishes. */
  WARNING
}
