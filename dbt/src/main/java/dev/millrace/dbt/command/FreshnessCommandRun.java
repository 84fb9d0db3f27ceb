package dev.millrace.dbt.command;

/** Looks how old the newest rows of sources are: {@code freshness}. */
final class FreshnessCommandRun {
  private final DbtCommand command;

  FreshnessCommandRun(DbtCommand command) {
    this.command = command;
  }

  boolean run(AdapterSource engine) {
    throw new UnsupportedOperationException(command.request().command());
  }
}
