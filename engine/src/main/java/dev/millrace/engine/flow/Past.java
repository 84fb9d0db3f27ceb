package dev.millrace.engine.flow;

import dev.millrace.engine.flow.Checkpoints.Checkpoint;
import dev.millrace.log.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What there is of some topics to be read again.
 *
 * @param checkpoints oldest first
 * @param beginnings where each partition was first read
 * @param live how far the flow had come; the checkpoints are not behind it
 */
record Past(List<Checkpoint> checkpoints, List<Position> beginnings, Checkpoint live) {
  /** About what so many records were decided is read at once: a bit for each. */
  private static final long AT_ONCE = 20_000_000;

  /** Copies the lists. */
  Past {
    checkpoints = List.copyOf(checkpoints);
    beginnings = List.copyOf(beginnings);
  }

  /** Where to begin if rows whose event time is before an instant are of no use. */
  List<Position> first(long since) {
    Map<String, Position> first = new LinkedHashMap<>();
    beginnings.forEach(p -> first.put(p.place(), p));
    List<Checkpoint> all = new ArrayList<>(checkpoints);
    all.add(live);
    for (Checkpoint checkpoint : all) {
      if (checkpoint.newestMicros() < since) {
        checkpoint.positions().forEach(p -> first.put(p.place(), p));
      }
    }
    return List.copyOf(first.values());
  }

  /**
   * Where to go on that has come so far: a partition that was added meanwhile begins where it did.
   */
  static List<Position> goingOn(List<Position> first, List<Position> from) {
    Map<String, Position> all = new LinkedHashMap<>();
    first.forEach(p -> all.put(p.place(), p));
    from.forEach(p -> all.put(p.place(), p));
    return List.copyOf(all.values());
  }

  /** The last checkpoint that is not far away, or this one. */
  List<Position> ahead(Checkpoint checkpoint, List<Position> at) {
    int last = checkpoints.indexOf(checkpoint);
    while (last + 1 < checkpoints.size()
        && distance(at, checkpoints.get(last + 1).positions()) < AT_ONCE) {
      last++;
    }
    return checkpoints.get(last).positions();
  }

  /**
   * How many offsets are between positions, over all partitions; one that is not among the first
   * was added to its topic and is counted from its beginning.
   */
  static long distance(List<Position> from, List<Position> to) {
    Map<String, Long> starts =
        from.stream().collect(Collectors.toMap(Position::place, Position::nextOffset, Math::max));
    return to.stream()
        .mapToLong(p -> Math.max(0, p.nextOffset() - starts.getOrDefault(p.place(), 0L)))
        .sum();
  }
}
