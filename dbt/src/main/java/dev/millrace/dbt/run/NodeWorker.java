package dev.millrace.dbt.run;

import dev.millrace.dbt.manifest.Node;

/** Runs nodes, one after the other, for one thread. */
interface NodeWorker extends AutoCloseable {
  /** Runs a node. Whatever goes wrong is in the result. */
  NodeResult run(Node node);

  /** Ends what runs now, from another thread. */
  void cancel();

  @Override
  void close();
}
