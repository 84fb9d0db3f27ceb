package dev.millrace.engine.admission;

/**
 * A record that did not become a row.
 *
 * @param ordinal its place in the batch
 * @param kind in which system table it is kept
 * @param reason one sentence
 * @param eventTime microseconds since 1970, or {@link Long#MIN_VALUE} if it has none that can be
 *     read
 */
public record Refusal(int ordinal, Kind kind, String reason, long eventTime) {
  /** Why a record did not become a row. */
  public enum Kind {
    /** It is older than the source's watermark. */
    LATE("late"),
    /** It cannot be decoded, breaks a rule of the source, or failed in a stream's expression. */
    REJECTED("rejected"),
    /** Its key was admitted before. */
    DUPLICATE("duplicates");

    private final String table;

    Kind(String table) {
      this.table = table;
    }

    /** The table in schema {@code system}. */
    public String table() {
      return table;
    }
  }
}
