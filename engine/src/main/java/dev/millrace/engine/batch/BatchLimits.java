package dev.millrace.engine.batch;

import java.util.OptionalLong;

/**
 * What models may take of the store. DuckDB has one pool of threads and one cap of memory for the
 * whole instance, which streams need too; but it shares its threads fairly between connections, and
 * caps what sorts and hash tables of one connection hold in memory. So the caps are on how many
 * statements of models run at once, and on the memory of each.
 *
 * @param statements how many run at once, at least 1; the others wait
 * @param memoryBytes cap of what the intermediate results of one statement hold in memory; the rest
 *     spills. Empty: the store's cap alone
 * @param alone whether nothing else uses the store: then models may change its settings, and rows
 *     stay in the order in which a query gives them without ORDER BY, as DuckDB does by default;
 *     both hold for the whole store, and streams do without that order, which is faster
 */
public record BatchLimits(int statements, OptionalLong memoryBytes, boolean alone) {
  /** Checks the number. */
  public BatchLimits {
    if (statements < 1) {
      throw new IllegalArgumentException("statements: " + statements);
    }
  }

  /** Nothing else uses the store. */
  public static BatchLimits alone(int processors) {
    return new BatchLimits(Math.max(1, processors), OptionalLong.empty(), true);
  }

  /**
   * Streams use the store: models get half of the processors and a quarter of the memory.
   *
   * @param storeMemory cap of the store's memory in bytes
   */
  public static BatchLimits besideStreams(int processors, long storeMemory) {
    int statements = Math.max(1, processors / 2);
    return new BatchLimits(statements, OptionalLong.of(storeMemory / 4 / statements), false);
  }
}
