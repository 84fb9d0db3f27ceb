package dev.millrace.connect.files;

import dev.millrace.api.option.Glob;
import dev.millrace.connect.files.unpack.UnpackLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A source's options, checked.
 *
 * @param folder to read
 * @param streams in the order of the file
 * @param byTime true if the file that was changed first is read first, else by path
 * @param poll the shortest wait between two looks
 * @param pollSlowest the longest
 * @param complete when a file is complete
 * @param ignore names that are not read
 * @param identity what makes a file another one
 * @param forgetAfter how long a file has to be gone to be forgotten; empty if none ever is
 * @param after what happens to a file that was read
 * @param target of {@code after}: a folder, or a name; empty without one
 * @param quarantine the folder for failed files; empty if they stay
 * @param once true if the source ends
 * @param limits of unpacking
 * @param spool the folder for copies of what has to be on a disk
 * @param maxSpool bytes of one copy
 */
record FilesPlan(
    String folder,
    List<StreamPlan> streams,
    boolean byTime,
    Duration poll,
    Duration pollSlowest,
    Complete complete,
    List<Glob> ignore,
    Identity identity,
    Optional<Duration> forgetAfter,
    After after,
    String target,
    Optional<String> quarantine,
    boolean once,
    UnpackLimits limits,
    String spool,
    long maxSpool) {
  /**
   * When a file is complete: if all of these hold.
   *
   * @param stableFor it has not changed for so long
   * @param minAge its time is so long ago
   * @param marker the name of a file that stands beside it, if one has to
   */
  record Complete(Duration stableFor, Duration minAge, Optional<String> marker) {}

  /** What makes a file another one. */
  enum Identity {
    PATH,
    PATH_TIME_SIZE,
    CONTENT
  }

  /** What happens to a file that was read. */
  enum After {
    LEAVE,
    DELETE,
    MOVE,
    RENAME
  }

  /** What a pattern with {@code {name}} is for a file. */
  static String named(String pattern, String name) {
    return pattern.replace("{name}", name);
  }
}
