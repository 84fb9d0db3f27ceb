package dev.millrace.engine;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.project.Project;
import dev.millrace.sql.StreamProgram;
import dev.millrace.sql.gate.TableVersions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A running project, as the page and the commands see it. Thread-safe. */
public interface Instance {
  /** The project that runs. */
  Project project();

  /**
   * The program of every stream model that compiled, by the model's name: columns, state, lineage.
   */
  Map<String, StreamProgram> programs();

  /** What it is doing now; cheap, made from counters. */
  Status status();

  /**
   * A connection to the store, in the project's time zone, that sees the last committed batch:
   * stream tables as {@code <model>}, views and {@code system.*}. The caller closes it, runs on it
   * only what the query gate let through, and uses it from one thread.
   */
  Connection read() throws SQLException;

  /** Earlier versions of tables, which queries may read. */
  TableVersions versions();

  /** Where models are built in batch beside the streams, within caps of their own. */
  Adapter models();

  /**
   * Calls {@code listener} after every committed batch, on the flow's thread: it must return at
   * once. Closing the result ends the calls.
   */
  AutoCloseable onCommit(Runnable listener);

  /**
   * Tries rejected records again, after a fix of the project.
   *
   * @param source only those of this stream of a source ({@code source.stream}); empty for all
   * @return how many
   * @throws dev.millrace.api.error.StopException if the store refuses
   */
  long replay(Optional<String> source);

  /**
   * Amends entries of a source's ledger; the source knows of it when this returns.
   *
   * @param keys of the entries
   * @return the keys of those that were amended; the others are not as the action wants them
   * @throws dev.millrace.api.error.StopException if there is no such source
   * @throws dev.millrace.api.error.RetryException if that cannot be done now
   */
  Set<String> amend(String source, LedgerAction action, Set<String> keys);
}
