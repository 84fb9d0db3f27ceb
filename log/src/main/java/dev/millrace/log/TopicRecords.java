package dev.millrace.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records of one topic, by ordinal; those of a partition are in the order of their offsets. All
 * keys and values are in one array of bytes, since millions of small arrays a second would cost
 * more than reading them from the broker. Never changed once built, so any thread may read it.
 */
public final class TopicRecords {
  private static final int NULL = -1;

  private final String topic;
  private final byte[] bytes;
  private final int[] places;
  private final int[] partitions;
  private final long[] offsets;
  private final long[] timestamps;
  private final int first;
  private final int size;

  private TopicRecords(
      String topic,
      byte[] bytes,
      int[] places,
      int[] partitions,
      long[] offsets,
      long[] timestamps,
      int first,
      int size) {
    this.topic = topic;
    this.bytes = bytes;
    this.places = places;
    this.partitions = partitions;
    this.offsets = offsets;
    this.timestamps = timestamps;
    this.first = first;
    this.size = size;
  }

  /** The topic's name. */
  public String topic() {
    return topic;
  }

  /** How many records there are. */
  public int size() {
    return size;
  }

  /** The array that holds all keys and values; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where in {@link #bytes()} the value of a record starts. */
  public int valueStart(int ordinal) {
    return places[(first + ordinal) * 4 + 2];
  }

  /** How many bytes the value has; -1 for a record without a value (a tombstone). */
  public int valueLength(int ordinal) {
    return places[(first + ordinal) * 4 + 3];
  }

  /** A copy of the value; null for a tombstone. */
  public byte @Nullable [] value(int ordinal) {
    return copy((first + ordinal) * 4 + 2);
  }

  /** A copy of the key; null if the record has none. */
  public byte @Nullable [] key(int ordinal) {
    return copy((first + ordinal) * 4);
  }

  private byte @Nullable [] copy(int place) {
    int length = places[place + 1];
    return length == NULL ? null : Arrays.copyOfRange(bytes, places[place], places[place] + length);
  }

  /** The record's partition, from 0. */
  public int partition(int ordinal) {
    return partitions[first + ordinal];
  }

  /** The record's offset; it increases within a partition, not always by one. */
  public long offset(int ordinal) {
    return offsets[first + ordinal];
  }

  /** The record's time as Kafka has it, milliseconds since 1970. */
  public long timestamp(int ordinal) {
    return timestamps[first + ordinal];
  }

  /** The records with ordinals from {@code from} to before {@code to}, over the same bytes. */
  public TopicRecords range(int from, int to) {
    if (from < 0 || to > size || from > to) {
      throw new IndexOutOfBoundsException(from + " to " + to + " of " + size);
    }
    return new TopicRecords(
        topic, bytes, places, partitions, offsets, timestamps, first + from, to - from);
  }

  /** Collects records. For one thread. */
  public static final class Builder {
    private final String topic;
    private byte[] bytes = new byte[4096];
    private int used;
    private int[] places = new int[256];
    private int[] partitions = new int[64];
    private long[] offsets = new long[64];
    private long[] timestamps = new long[64];
    private int size;

    /** A builder of records of this topic. */
    public Builder(String topic) {
      this.topic = topic;
    }

    /** How many records were added. */
    public int size() {
      return size;
    }

    /** How many bytes all keys and values have. */
    public int byteCount() {
      return used;
    }

    /** The records so far; later ones may be added, and another call then returns them too. */
    public TopicRecords build() {
      return new TopicRecords(topic, bytes, places, partitions, offsets, timestamps, 0, size);
    }

    /** Forgets all records, which must not be used any more, but keeps their memory. */
    public void clear() {
      size = 0;
      used = 0;
    }

    /** Makes room for this many more records, so that adding them copies nothing twice. */
    public void expect(int records) {
      if (size + records > offsets.length) {
        int length = Math.max(size + records, offsets.length / 2 * 3);
        places = Arrays.copyOf(places, length * 4);
        partitions = Arrays.copyOf(partitions, length);
        offsets = Arrays.copyOf(offsets, length);
        timestamps = Arrays.copyOf(timestamps, length);
      }
    }

    /** Adds a record, whose key and value are copied from between position and limit. */
    public Builder add(
        int partition,
        long offset,
        long timestamp,
        @Nullable ByteBuffer key,
        @Nullable ByteBuffer value) {
      expect(1);
      put(key, size * 4);
      put(value, size * 4 + 2);
      partitions[size] = partition;
      offsets[size] = offset;
      timestamps[size] = timestamp;
      size++;
      return this;
    }

    /** Adds records of one partition. */
    public void addAll(int partition, List<ConsumerRecord<ByteBuffer, ByteBuffer>> records) {
      expect(records.size());
      for (ConsumerRecord<ByteBuffer, ByteBuffer> record : records) {
        add(partition, record.offset(), record.timestamp(), record.key(), record.value());
      }
    }

    /** Adds a record from arrays. */
    public Builder add(
        int partition,
        long offset,
        long timestamp,
        byte @Nullable [] key,
        byte @Nullable [] value) {
      return add(
          partition,
          offset,
          timestamp,
          key == null ? null : ByteBuffer.wrap(key),
          value == null ? null : ByteBuffer.wrap(value));
    }

    private void put(@Nullable ByteBuffer data, int place) {
      places[place] = used;
      if (data == null) {
        places[place + 1] = NULL;
        return;
      }
      int length = data.remaining();
      if (bytes.length - used < length) {
        long wanted = Math.max((long) used + length, bytes.length * 3L / 2);
        bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
      }
      data.get(data.position(), bytes, used, length);
      places[place + 1] = length;
      used += length;
    }
  }
}
