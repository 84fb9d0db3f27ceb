package dev.millrace.api.table;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One version of a table.
 *
 * @param id its identity, in no order
 * @param number counts versions from 1 on; those that expire leave a gap. 0 in a table of a format
 *     that does not count
 * @param at when it was committed
 * @param operation what made it: {@code append}, {@code overwrite}, {@code replace} (compaction),
 *     {@code delete}
 * @param rows how many rows it has; null if whoever wrote it has not said so
 * @param files in how many files they are; as {@code rows}
 * @param bytes how large these are; as {@code rows}
 */
public record TableVersion(
    long id,
    long number,
    Instant at,
    String operation,
    @Nullable Long rows,
    @Nullable Long files,
    @Nullable Long bytes) {}
