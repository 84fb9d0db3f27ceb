package dev.millrace.engine.flow;

import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.DecodedRecords;
import dev.millrace.log.PartitionLag;
import dev.millrace.log.TopicRecords;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Notices partitions that are read to their end and have been silent for their source's {@code
 * idle_after}.
 */
final class Idleness {
  private final Map<String, Admission> sources = new HashMap<>();
  private final Map<String, Long> lastRecord = new HashMap<>();
  private final long startedAt = System.nanoTime();

  Idleness(List<Admission> sources) {
    sources.forEach(s -> this.sources.put(s.stream().topic(), s));
  }

  /**
   * Looks at a poll's result and marks partitions as idle.
   *
   * @return true if a partition became idle, so that a watermark may move without a record
   */
  boolean observe(List<DecodedRecords> batch, List<PartitionLag> lag) {
    long now = System.nanoTime();
    for (DecodedRecords decoded : batch) {
      TopicRecords records = decoded.records();
      int last = -1;
      for (int i = 0; i < records.size(); i++) {
        int partition = records.partition(i);
        if (partition != last) {
          lastRecord.put(records.topic() + "/" + partition, now);
          last = partition;
        }
      }
    }
    boolean became = false;
    for (PartitionLag partition : lag) {
      Admission source = sources.get(partition.topic());
      if (source == null
          || !partition.caughtUp()
          || source.watermarks().isIdle(partition.partition())) {
        continue;
      }
      long silentSince =
          lastRecord.getOrDefault(partition.topic() + "/" + partition.partition(), startedAt);
      if (now - silentSince > source.stream().idleAfter().toNanos()) {
        source.watermarks().idle(partition.partition(), true);
        became = true;
      }
    }
    return became;
  }
}
