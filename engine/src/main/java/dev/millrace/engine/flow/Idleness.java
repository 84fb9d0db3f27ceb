package dev.millrace.engine.flow;

import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.DecodedRecords;
import dev.millrace.log.PartitionLag;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Notices partitions that are read to their end and have been silent for their source's {@code
 * idle_after}.
 */
final class Idleness {
  private final Map<String, Admission> sources = new HashMap<>();
  private final Map<String, Long> lastRecord = new HashMap<>();
  private final LongSupplier nanos;
  private long listeningSince;

  /** Measures with a clock such as {@link System#nanoTime}. */
  Idleness(List<Admission> sources, LongSupplier nanos) {
    this.nanos = nanos;
    this.listeningSince = nanos.getAsLong();
    sources.forEach(s -> this.sources.put(s.stream().topic(), s));
  }

  /** Silence begins now at the earliest: nobody has listened for a while. */
  void listen() {
    listeningSince = nanos.getAsLong();
  }

  /**
   * Looks at a poll's result and marks partitions as idle. A partition is not silent while Kafka is
   * away: its records wait there, and would be late behind a watermark that went on without it.
   *
   * @param taken what was read, and how far behind the topics' ends that was
   * @param connected whether a broker answers
   * @return true if a partition became idle, so that a watermark may move without a record
   */
  boolean observe(Intake.Taken taken, boolean connected) {
    long now = nanos.getAsLong();
    if (!connected) {
      listen();
    }
    for (DecodedRecords decoded : taken.records()) {
      TopicRecords records = decoded.records();
      int last = -1;
      for (int i = 0; i < records.size(); i++) {
        int partition = records.partition(i);
        if (partition != last) {
          lastRecord.put(Position.place(records.topic(), partition), now);
          last = partition;
        }
      }
    }
    boolean became = false;
    long since = Math.max(listeningSince, taken.heardSince());
    for (PartitionLag partition : taken.lag()) {
      Admission source = sources.get(partition.topic());
      if (source == null
          || !partition.caughtUp()
          || source.watermarks().isIdle(partition.partition())) {
        continue;
      }
      String key = Position.place(partition.topic(), partition.partition());
      // What nobody has asked Kafka for is no silence.
      long last = Math.max(since, lastRecord.getOrDefault(key, since));
      if (taken.heardUntil() - last > source.stream().idleAfter().toNanos()) {
        source.watermarks().idle(partition.partition(), true);
        became = true;
      }
    }
    return became;
  }
}
