package dev.millrace.api.connect;

/**
 * What a source has read of things such as files, and committed.
 *
 * @param read things of which everything is read
 * @param quarantined things that could not be read, and were put aside
 * @param bytes unpacked; those that are read again count again
 * @param rejected rows that were none
 */
public record SourceTally(long read, long quarantined, long bytes, long rejected) {
  /** Nothing yet. */
  public static final SourceTally NONE = new SourceTally(0, 0, 0, 0);

  /** Both together. */
  public SourceTally plus(SourceTally other) {
    return new SourceTally(
        read + other.read,
        quarantined + other.quarantined,
        bytes + other.bytes,
        rejected + other.rejected);
  }
}
