package dev.millrace.api.connect;

import java.util.List;

/**
 * Records and the position behind them, which the caller commits together.
 *
 * @param records in order
 * @param position an opaque text of at most a few kilobytes
 * @param ended true if the source is bounded and nothing will ever follow
 */
public record SourceBatch(List<SourceRecord> records, String position, boolean ended) {}
