package dev.millrace.api.connect;

import java.util.List;

/**
 * Records, what the source learnt with them, and the position behind them, which the caller commits
 * together.
 *
 * @param records in order
 * @param ledger what is to be remembered besides the position; of a connector with a {@link
 *     SourceConnector#ledger()}
 * @param position an opaque text of at most a few kilobytes
 * @param ended true if the source is bounded and nothing will ever follow
 */
public record SourceBatch(
    List<SourceRecord> records, List<LedgerEntry> ledger, String position, boolean ended) {
  /** A batch of a source without a ledger. */
  public SourceBatch(List<SourceRecord> records, String position, boolean ended) {
    this(records, List.of(), position, ended);
  }
}
