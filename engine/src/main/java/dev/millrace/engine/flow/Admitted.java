package dev.millrace.engine.flow;

import dev.millrace.engine.admission.Admission;
import java.util.Map;

/**
 * What became of the records of a batch, and what is to be done with them.
 *
 * @param outcomes by source stream, of those that have records
 * @param firstIds by source stream, the id of its first record
 * @param nextId the id of the next batch's first record
 * @param nowMicros when, microseconds since 1970
 * @param size how many records there were
 * @param plan what they mean to streams
 */
record Admitted(
    Map<String, Admission.Outcome> outcomes,
    Map<String, Long> firstIds,
    long nextId,
    long nowMicros,
    int size,
    BatchPlan plan) {
  /** Copies the maps. */
  Admitted {
    outcomes = Map.copyOf(outcomes);
    firstIds = Map.copyOf(firstIds);
  }

  /** The id of a source's first record. */
  long firstId(Admission source) {
    return firstIds.getOrDefault(source.stream().qualifiedName(), 0L);
  }
}
