package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.SinkPosition;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the target knows of a sink.
 *
 * @param adoption counts how often its table was begun
 * @param epoch of the store from which it is filled
 * @param tableId the table that was filled
 * @param base what versions of an upsert's rows count from: the highest that was there before
 * @param filler tells the rows of this sink since this adoption from those of all others
 * @param emptying true if the table is being emptied, and not begun yet
 * @param sequence up to which it is; empty if nothing was confirmed
 * @param claim the newest; null if there is none
 */
record Held(
    long adoption,
    String epoch,
    String tableId,
    long base,
    long filler,
    boolean emptying,
    Optional<Long> sequence,
    @Nullable Claim claim) {
  /**
   * A chunk that somebody has begun to send.
   *
   * @param from the position before it
   * @param upto the position behind it
   * @param rows how many rows it has
   * @param writer who
   */
  record Claim(long from, long upto, long rows, String writer) {
    /** Names the chunk among all that were ever sent. */
    String id() {
      return writer + "/" + from + "-" + upto;
    }
  }

  /** The filler of a sink whose table was begun by a writer. */
  static long filler(String project, String sink, long adoption, String writer) {
    String all = String.join("\0", project, sink, Long.toString(adoption), writer);
    return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
  }

  /**
   * The position as the engine wants it; empty if nothing was sent. What another store has begun
   * counts as sent, as an upsert leaves no other trace before it is confirmed.
   */
  Optional<SinkPosition> position(String ownEpoch) {
    return sequence.isPresent() || claim != null || !epoch.equals(ownEpoch)
        ? Optional.of(new SinkPosition(epoch, done()))
        : Optional.empty();
  }

  long done() {
    return sequence.orElse(0L);
  }

  /** A chunk whose outcome is unknown; null if there is none. */
  @Nullable Claim pending() {
    return claim != null && claim.from() >= done() ? claim : null;
  }

  /** The same, confirmed up to a position. */
  Held delivered(long upto) {
    return new Held(adoption, epoch, tableId, base, filler, emptying, Optional.of(upto), claim);
  }
}
