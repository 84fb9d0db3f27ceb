package dev.millrace.engine;

import dev.millrace.api.connect.SourceActivity;
import dev.millrace.api.error.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a running project is doing, at one instant. Immutable.
 *
 * @param at when it was taken
 * @param startedAt when the project was started
 * @param sources every stream of every source, in the project's order
 * @param streams every stream model, each after those it reads
 * @param sinks every sink, in the project's order
 * @param batches how long batches take
 * @param storeBytes the size of the store on disk
 * @param systems the embedded systems and the log
 */
public record Status(
    Instant at,
    Instant startedAt,
    List<SourceStatus> sources,
    List<StreamStatus> streams,
    List<SinkStatus> sinks,
    BatchStatus batches,
    long storeBytes,
    List<SystemStatus> systems) {
  /** Copies the lists. */
  public Status {
    sources = List.copyOf(sources);
    streams = List.copyOf(streams);
    sinks = List.copyOf(sinks);
    systems = List.copyOf(systems);
  }

  /** How a part is doing. */
  public enum Health {
    /** It works. */
    OK,
    /** It works and has nothing to do: caught up and silent. */
    IDLE,
    /** It is trying again; the reason says what failed. */
    RETRYING,
    /** It waits for something else, such as an outbox at its cap. */
    PAUSED,
    /** It stopped and needs a person; the reason says what to do. */
    STOPPED
  }

  /**
   * One stream of a source. Counts are since the store was made.
   *
   * @param id {@code source.stream}
   * @param rowsPerSecond admitted, over the last seconds
   * @param lag records in the topic that are not read yet
   * @param watermark no later row is older; empty while nothing was admitted
   * @param watermarkDelay the clock minus the watermark
   * @param activity what the source itself tells; the same for each of its streams
   */
  public record SourceStatus(
      String id,
      Health health,
      Optional<Problem> reason,
      double rowsPerSecond,
      long rows,
      long lag,
      Optional<Instant> watermark,
      Optional<Duration> watermarkDelay,
      long late,
      long rejected,
      long duplicates,
      Optional<SourceActivity> activity) {}

  /**
   * One stream model.
   *
   * @param id the model's name
   * @param changesPerSecond rows that appeared or were taken back, over the last seconds
   * @param changes the same since the store was made
   * @param stateBounded false if some state of it is kept for ever
   */
  public record StreamStatus(
      String id,
      Health health,
      Optional<Problem> reason,
      double changesPerSecond,
      long changes,
      boolean stateBounded) {}

  /**
   * One sink.
   *
   * @param id the sink's name
   * @param delivered the last sequence number that the target holds
   * @param pending changes in the outbox that are not delivered
   * @param delay how old the oldest of them is; zero if there is none
   * @param changesPerSecond delivered, over the last seconds
   */
  public record SinkStatus(
      String id,
      Health health,
      Optional<Problem> reason,
      long delivered,
      long pending,
      Duration delay,
      double changesPerSecond) {}

  /**
   * Batches of the last minute.
   *
   * @param count since the store was made
   * @param p50 median duration
   * @param p99 99th percentile
   */
  public record BatchStatus(long count, Duration p50, Duration p99) {}

  /** A system that the project connects to: Kafka, or one that is embedded. */
  public record SystemStatus(
      String name, String type, boolean embedded, Health health, String detail) {}
}
