package dev.millrace.api.table;

import java.time.Instant;

/**
 * One version of a table.
 *
 * @param id its number, in no order
 * @param at when it was committed
 * @param operation what made it: {@code append}, {@code overwrite}, {@code replace} (compaction),
 *     {@code delete}
 */
public record TableVersion(long id, Instant at, String operation) {}
