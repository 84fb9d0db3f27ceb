package dev.millrace.testing.nexmark;

/**
 * One event.
 *
 * @param kind what happened
 * @param millis its event time, milliseconds since 1970
 * @param json the event as a JSON object of plain values; times are ISO 8601 in UTC
 */
public record NexmarkEvent(Kind kind, long millis, String json) {
  /** What can happen. */
  public enum Kind {
    /** Somebody joins. */
    PERSON("person"),
    /** Somebody opens an auction. */
    AUCTION("auction"),
    /** Somebody bids for an item. */
    BID("bid");

    private final String stream;

    Kind(String stream) {
      this.stream = stream;
    }

    /** The name of the stream that has these events. */
    public String stream() {
      return stream;
    }
  }
}
