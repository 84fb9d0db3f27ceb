package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;

/** What builds a dbt project. */
interface DbtSystem {
  /** Its name in reports. */
  String name();

  /** The name of its database's file, by which its SQL calls the database. */
  String database();

  /** Where a project's database is. */
  Path store(Path project);

  /** Lists all nodes, without help of earlier runs. */
  TimedCommand list(Path project) throws IOException, InterruptedException;

  /** Reads the project so many times in one process; the fastest. */
  TimedCommand read(Path project, int times) throws IOException, InterruptedException;

  /** Builds all; a test that fails is an error. */
  TimedCommand build(Path project) throws IOException, InterruptedException;

  /** Builds the models and runs no test. */
  TimedCommand models(Path project) throws IOException, InterruptedException;

  /** Runs transactions in DuckDB by the system's own driver. */
  TimedCommand alone(Path transactions, Path database) throws IOException, InterruptedException;
}
