package dev.millrace.lake;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The versions of a table that this process is reading, so that it does not expire them. Sinks,
 * models and queries have a store of tables each, so there is one for all. Thread-safe; whoever
 * looks at pins in order to act on them holds the object's monitor meanwhile.
 */
final class Pins {
  /** By the table's location; there are as many as tables were read. */
  private static final Map<String, Pins> TABLES = new ConcurrentHashMap<>();

  /** How many read a version, by its time of commit in milliseconds. */
  private final Map<Long, Integer> readers = new HashMap<>();

  private Pins() {}

  static Pins of(String location) {
    return TABLES.computeIfAbsent(LakeFiles.normal(location), l -> new Pins());
  }

  synchronized void add(long committed) {
    readers.merge(committed, 1, Integer::sum);
  }

  synchronized void remove(long committed) {
    readers.computeIfPresent(committed, (time, count) -> count == 1 ? null : count - 1);
  }

  /** When the oldest version was committed that is read. */
  synchronized OptionalLong oldest() {
    return readers.keySet().stream().mapToLong(Long::longValue).min();
  }
}
