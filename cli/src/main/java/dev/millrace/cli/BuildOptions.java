package dev.millrace.cli;

import dev.millrace.dbt.command.DbtRequest.Operation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How nodes are built. */
final class BuildOptions {
  /** Of {@code ls}. */
  String output = "selector";

  /** Of {@code run-operation}. */
  @Nullable Operation operation;

  @Option(
      names = "--threads",
      paramLabel = "<n>",
      description = "How many nodes run side by side; default: as the target says, else 1.")
  @Nullable Integer threads;

  @Option(
      names = {"--full-refresh", "-f"},
      description = "Makes incremental models and seeds anew.")
  boolean fullRefresh;

  @Option(
      names = {"--fail-fast", "-x"},
      description = "Ends at the first failure; what runs then is rolled back.")
  boolean failFast;

  @Option(names = "--store-failures", description = "Keeps the rows that tests find in tables.")
  boolean storeFailures;

  @Option(names = "--empty", description = "Builds everything over no rows, to see if it works.")
  boolean empty;

  @Option(
      names = "--sample",
      paramLabel = "<time>",
      description = {
        "Models see only the newest rows of what has an `event_time`: '3 days', '2 hours', or rows"
            + " of",
        "'{start: 2024-01-01, end: 2024-01-05}'."
      })
  @Nullable String sample;

  @Option(
      names = "--defer",
      description = "Reads nodes that are not there from where the run of --state has them.")
  boolean defer;

  @Option(
      names = "--favor-state",
      description = "With --defer: reads them there even if they are here, too.")
  boolean favorState;

  @Option(
      names = "--retry",
      description = "Runs only what failed or was skipped in the last build.")
  boolean retry;

  @Option(
      names = "--event-time-start",
      paramLabel = "<time>",
      description = "The first batch of microbatch models.")
  @Nullable String eventTimeStart;

  @Option(
      names = "--event-time-end",
      paramLabel = "<time>",
      description = "Up to where microbatch models are built.")
  @Nullable String eventTimeEnd;
}
