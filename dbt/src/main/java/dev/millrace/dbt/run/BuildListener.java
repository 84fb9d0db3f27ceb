package dev.millrace.dbt.run;

import dev.millrace.dbt.manifest.Node;

/** Is told how a build goes on, by one thread at a time. */
public interface BuildListener {
  /**
   * A node begins.
   *
   * @param index of it, from 1, in the order of beginning
   * @param total how many there are
   */
  void started(int index, int total, Node node);

  /** A node has ended, or will not run. */
  void finished(int index, int total, NodeResult result);

  /** A template says something to people: {@code log(..., info=true)}, {@code print()}. */
  void said(String line);

  /** Something is about to be done besides nodes, such as hooks of the project. */
  void doing(String what);
}
