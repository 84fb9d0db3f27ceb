package dev.millrace.engine.store;

import java.nio.file.Path;
import java.time.ZoneId;

/**
 * How a store is opened.
 *
 * @param folder where its file and its spill folder are; made if missing
 * @param timeZone of every connection
 * @param memoryBytes the cap of DuckDB's memory; what does not fit spills to {@code folder/spill}
 * @param threads DuckDB's worker threads
 */
public record StoreOptions(Path folder, ZoneId timeZone, long memoryBytes, int threads) {}
