package dev.millrace.engine.flow;

import dev.millrace.log.Cluster;
import dev.millrace.log.Position;
import dev.millrace.log.ReaderOptions;
import dev.millrace.log.TopicReader;
import dev.millrace.log.TopicRecords;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads topics again, from where they were first read, exactly up to given positions and then on to
 * the next ones. For one thread.
 */
final class HistoryReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int MAX_RECORDS = 250_000;
  private static final long MAX_BYTES = 48L << 20;

  private final TopicReader reader;
  private final List<String> topics;

  /** What was fetched behind the positions that are read up to, by partition. */
  private final Map<Place, TopicRecords> ahead = new HashMap<>();

  private List<Position> ends = List.of();

  private record Place(String topic, int partition) {
    static Place of(Position position) {
      return new Place(position.topic(), position.partition());
    }
  }

  /** Reads from positions; those of the topics' partitions that are missing are not read. */
  HistoryReader(Cluster cluster, List<String> topics, Collection<Position> from) {
    this.topics = topics;
    this.reader = TopicReader.open(cluster, ReaderOptions.defaults(), topics, from);
    reader.limit(List.of());
  }

  /** Reads up to these positions from now on, none of which is before those of the last call. */
  void goTo(List<Position> positions) {
    ends = positions.stream().filter(p -> topics.contains(p.topic())).toList();
    reader.limit(ends);
  }

  /** The next records, by topic; none if there are none before the positions to go to, or yet. */
  List<TopicRecords> next() {
    Map<String, TopicRecords.Builder> builders = new LinkedHashMap<>();
    List<TopicRecords> fetched = takeAhead();
    if (!fetched.isEmpty()) {
      return fetched;
    }
    while (!isThere() && !isFull(builders.values())) {
      int count =
          reader.poll(
              POLL, (topic, partition, records) -> receive(topic, partition, records, builders));
      if (count == 0) {
        break;
      }
    }
    return builders.values().stream().map(TopicRecords.Builder::build).toList();
  }

  private static boolean isFull(Collection<TopicRecords.Builder> builders) {
    return builders.stream().mapToInt(TopicRecords.Builder::size).sum() >= MAX_RECORDS
        || builders.stream().mapToLong(TopicRecords.Builder::byteCount).sum() >= MAX_BYTES;
  }

  private void receive(
      String topic,
      int partition,
      List<ConsumerRecord<ByteBuffer, ByteBuffer>> records,
      Map<String, TopicRecords.Builder> builders) {
    long end = end(topic, partition);
    int within = 0;
    while (within < records.size() && records.get(within).offset() < end) {
      within++;
    }
    if (within > 0) {
      builders
          .computeIfAbsent(topic, t -> new TopicRecords.Builder(t, true))
          .addAll(partition, records.subList(0, within));
    }
    if (within < records.size()) {
      TopicRecords.Builder rest = new TopicRecords.Builder(topic, true);
      rest.addAll(partition, records.subList(within, records.size()));
      ahead.put(new Place(topic, partition), rest.build());
    }
  }

  /** Of each topic at most one partition's records that are within by now. */
  private List<TopicRecords> takeAhead() {
    Map<String, TopicRecords> taken = new LinkedHashMap<>();
    for (Place place : List.copyOf(ahead.keySet())) {
      TopicRecords records = ahead.get(place);
      if (records == null || taken.containsKey(place.topic)) {
        continue;
      }
      long end = end(place.topic, place.partition);
      int within = 0;
      while (within < records.size() && records.offset(within) < end) {
        within++;
      }
      if (within > 0) {
        taken.put(place.topic, records.range(0, within));
        if (within == records.size()) {
          ahead.remove(place);
        } else {
          ahead.put(place, records.range(within, records.size()));
        }
      }
    }
    return new ArrayList<>(taken.values());
  }

  private long end(String topic, int partition) {
    return ends.stream()
        .filter(p -> p.topic().equals(topic) && p.partition() == partition)
        .mapToLong(Position::nextOffset)
        .findFirst()
        .orElse(0);
  }

  /**
   * True if everything before the positions to go to was returned; of a partition that is new, and
   * that the reader does not know yet, nothing was.
   */
  boolean isThere() {
    Map<Place, Long> read = new HashMap<>();
    reader.positions().forEach(p -> read.put(Place.of(p), p.nextOffset()));
    return ends.stream().allMatch(p -> read.getOrDefault(Place.of(p), 0L) >= p.nextOffset())
        && ahead.entrySet().stream()
            .allMatch(e -> e.getValue().offset(0) >= end(e.getKey().topic, e.getKey().partition));
  }

  /** Behind what was returned; partitions to go to that the reader does not know yet begin. */
  List<Position> positions() {
    List<Position> positions = new ArrayList<>();
    Set<Place> known = new HashSet<>();
    for (Position p : reader.positions()) {
      known.add(Place.of(p));
      TopicRecords rest = ahead.get(Place.of(p));
      positions.add(rest == null ? p : p.at(rest.offset(0)));
    }
    ends.stream().filter(p -> !known.contains(Place.of(p))).forEach(p -> positions.add(p.at(0)));
    return positions;
  }

  @Override
  public void close() {
    reader.close();
  }
}
