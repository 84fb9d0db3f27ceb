package dev.millrace.engine.why;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Why an asset has no output, or no newer one.
 *
 * @param asset the asset asked about
 * @param at when it was looked at
 * @param running whether the project runs
 * @param reasons the likeliest first; never empty
 * @param partitions of the topics that it is made of, in order
 * @param windows open windows of it and of the streams that it reads
 * @param states what operators of it and of the streams that it reads hold
 */
public record Explanation(
    String asset,
    Instant at,
    boolean running,
    List<Reason> reasons,
    List<Partition> partitions,
    List<Windows> windows,
    List<Held> states) {
  /** Copies the lists. */
  public Explanation {
    reasons = List.copyOf(reasons);
    partitions = List.copyOf(partitions);
    windows = List.copyOf(windows);
    states = List.copyOf(states);
  }

  /** What a reason is about; in the order of likelihood. */
  public enum Cause {
    /** The project has no store yet, or nothing runs it. */
    NOT_RUNNING,
    /** A part has stopped and needs a person. */
    STOPPED,
    /** A flow waits for a sink's full outbox. */
    PAUSED,
    /** A part is trying again. */
    RETRYING,
    /** No record has ever come. */
    NOTHING_CAME,
    /** Every record was refused. */
    ALL_REFUSED,
    /** A table that is looked up has no rows. */
    TABLE_EMPTY,
    /** A sink has not delivered what it should. */
    NOT_DELIVERED,
    /** A watermark is not known yet, or one partition holds it back. */
    WATERMARK_HELD,
    /** Windows are not closed yet. */
    WINDOWS_OPEN,
    /** Records wait in the topic. */
    BEHIND,
    /** Rows came in, and the query makes none of them. */
    FILTERED,
    /** Many records were refused lately. */
    REFUSED_LATELY,
    /** Nothing is wrong, but no record comes. */
    SILENT,
    /** Nothing holds it up. */
    NONE
  }

  /**
   * One reason.
   *
   * @param about the asset to which it applies
   * @param text what is the case
   * @param advice what to do; empty if nothing
   */
  public record Reason(Cause cause, String about, String text, Optional<String> advice) {}

  /**
   * A partition of a source's topic.
   *
   * @param source {@code source.stream}
   * @param newest its newest admitted event time
   * @param idle whether it is silent, so that it does not hold the watermark back
   * @param watermark the source's; empty while it is unknown or when the source has ended
   * @param holds whether the watermark is this partition's
   */
  public record Partition(
      String source,
      String topic,
      int partition,
      Optional<Instant> newest,
      boolean idle,
      Optional<Instant> watermark,
      boolean holds) {}

  /**
   * Open windows of a stream that publishes closed ones.
   *
   * @param rows held until their windows close
   * @param oldest the time of the window that closes first
   * @param bound windows before it are closed; empty while a watermark is unknown
   */
  public record Windows(String stream, long rows, Instant oldest, Optional<Instant> bound) {}

  /** What an operator holds, as {@code system.state} has it. */
  public record Held(
      String asset, String operator, String holds, long rows, long bytes, boolean bounded) {}
}
