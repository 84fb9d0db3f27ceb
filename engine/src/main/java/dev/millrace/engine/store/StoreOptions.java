package dev.millrace.engine.store;

import dev.millrace.api.function.ScalarFunction;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;

/**
 * How a store is opened.
 *
 * @param folder where its file and its spill folder are; made if missing
 * @param timeZone of every connection
 * @param memoryBytes the cap of DuckDB's memory; what does not fit spills to {@code folder/spill};
 *     {@link #ENGINES_OWN}: the cap that DuckDB has by itself, most of the machine's memory
 * @param threads DuckDB's worker threads
 * @param indexFrom from so many rows on the rows of a kept table are found by an index; fewer are
 *     scanned
 * @param indexBytes the cap of all indexes; tables are scanned where there is no room for theirs
 * @param functions of users, which every connection may call
 */
public record StoreOptions(
    Path folder,
    ZoneId timeZone,
    long memoryBytes,
    int threads,
    long indexFrom,
    long indexBytes,
    List<ScalarFunction> functions) {
  /** DuckDB's own cap of memory. */
  public static final long ENGINES_OWN = 0;

  private static final long INDEX_FROM = 50_000;
  private static final long INDEX_BYTES = 1L << 30;

  /** Copies the list. */
  public StoreOptions {
    functions = List.copyOf(functions);
  }

  /** As the other, with an index where it pays. */
  public StoreOptions(Path folder, ZoneId timeZone, long memoryBytes, int threads) {
    this(folder, timeZone, memoryBytes, threads, INDEX_FROM);
  }

  /** As the other, without functions of users. */
  public StoreOptions(Path folder, ZoneId timeZone, long memoryBytes, int threads, long indexFrom) {
    this(
        folder,
        timeZone,
        memoryBytes,
        threads,
        indexFrom,
        Math.max(INDEX_BYTES, memoryBytes),
        List.of());
  }

  /** The same with functions of users. */
  public StoreOptions with(List<ScalarFunction> more) {
    return new StoreOptions(folder, timeZone, memoryBytes, threads, indexFrom, indexBytes, more);
  }
}
