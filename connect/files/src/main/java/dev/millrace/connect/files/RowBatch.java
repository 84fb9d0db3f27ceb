package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceRecord;
import dev.millrace.connect.files.rows.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one poll returns, as it grows. */
final class RowBatch {
  // Few enough to be garbage before they are old: a transaction takes several batches.
  private static final int MAX_RECORDS = 4_000;
  private static final long MAX_BYTES = 1 << 20;
  private static final int MAX_NOTES = 20_000;

  /** The header with the path of a row's file. */
  static final String FILE = "file";

  /** The header with the line that a row begins in. */
  static final String LINE = "line";

  // The ledger is the position.
  private static final String POSITION = "ledger";

  private final Instant now;
  private final List<SourceRecord> records = new ArrayList<>();
  private final Map<String, LedgerEntry> ledger = new LinkedHashMap<>();
  private long bytes;
  private long rejected;

  RowBatch(Instant now) {
    this.now = now;
  }

  Instant now() {
    return now;
  }

  boolean isFull() {
    return records.size() >= MAX_RECORDS || bytes >= MAX_BYTES || ledger.size() >= MAX_NOTES;
  }

  boolean isEmpty() {
    return records.isEmpty() && ledger.isEmpty();
  }

  /**
   * Adds a row.
   *
   * @param file its file's path, in UTF-8
   */
  void add(String stream, byte[] file, Row row) {
    byte[] line = Long.toString(row.line()).getBytes(UTF_8);
    String fault = row.fault();
    Map<String, byte[]> headers =
        fault == null
            ? Map.of(FILE, file, LINE, line)
            : Map.of(FILE, file, LINE, line, SourceRecord.REJECTED, fault.getBytes(UTF_8));
    records.add(new SourceRecord(stream, row.key(), row.value(), headers, now));
    bytes += row.value().length + file.length + 32;
    rejected += fault == null ? 0 : 1;
  }

  /** How many of the rows are none. */
  long rejected() {
    return rejected;
  }

  void note(LedgerEntry entry) {
    ledger.put(entry.key(), entry);
  }

  SourceBatch batch(boolean ended) {
    return new SourceBatch(records, List.copyOf(ledger.values()), POSITION, ended);
  }
}
