package dev.millrace.benchmarks;

import java.nio.file.Path;

/** A system that can run the ads pipeline over the preloaded topics. */
interface MeasuredSystem {
  /** As the command line and the report call it. */
  String name();

  /** How it was set up, one line for the report. */
  String setup();

  /**
   * Runs the pipeline once, in a new process, from the topics' beginnings to their ends.
   *
   * @param servers the broker's address
   * @param folder new and empty, for results and state
   */
  RunResult run(Workplace place, String servers, Path folder) throws Exception;
}
