package dev.millrace.log;

import dev.millrace.api.connect.SourceRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final int[] headers;
  private final int first;
  private final int size;

  private TopicRecords(
      String topic,
      byte[] bytes,
      int[] places,
      int[] partitions,
      long[] offsets,
      long[] timestamps,
      int[] headers,
      int first,
      int size) {
    this.topic = topic;
    this.bytes = bytes;
    this.places = places;
    this.partitions = partitions;
    this.offsets = offsets;
    this.timestamps = timestamps;
    this.headers = headers;
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

  /** Where in {@link #bytes()} the key of a record starts. */
  public int keyStart(int ordinal) {
    return places[(first + ordinal) * 4];
  }

  /** How many bytes the key has; -1 for a record without a key. */
  public int keyLength(int ordinal) {
    return places[(first + ordinal) * 4 + 1];
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

  /**
   * The last header of that name: where in {@link #bytes()} its value starts in the upper half, how
   * many bytes it has in the lower; -1 if there is none, or no value. Only of records that were
   * collected with headers.
   */
  public long header(int ordinal, byte[] name) {
    long found = -1;
    int p = headers.length == 0 ? 0 : headers[(first + ordinal) * 2];
    int end = headers.length == 0 ? 0 : p + headers[(first + ordinal) * 2 + 1];
    while (p < end) {
      int nameLength = number(p);
      int nameStart = p + 4;
      int valueLength = number(nameStart + nameLength);
      int valueStart = nameStart + nameLength + 4;
      p = valueStart + Math.max(0, valueLength);
      if (Arrays.equals(bytes, nameStart, nameStart + nameLength, name, 0, name.length)) {
        found = valueLength < 0 ? -1 : (long) valueStart << 32 | valueLength;
      }
    }
    return found;
  }

  /**
   * The headers of a record by name, the last of each, in order; those without a value are null.
   */
  public Map<String, byte @Nullable []> headers(int ordinal) {
    Map<String, byte @Nullable []> all = new LinkedHashMap<>();
    int p = headers.length == 0 ? 0 : headers[(first + ordinal) * 2];
    int end = headers.length == 0 ? 0 : p + headers[(first + ordinal) * 2 + 1];
    while (p < end) {
      int nameLength = number(p);
      int valueLength = number(p + 4 + nameLength);
      int valueStart = p + 8 + nameLength;
      all.put(
          new String(bytes, p + 4, nameLength, StandardCharsets.UTF_8),
          valueLength < 0 ? null : Arrays.copyOfRange(bytes, valueStart, valueStart + valueLength));
      p = valueStart + Math.max(0, valueLength);
    }
    return all;
  }

  /** True if a record may have headers that were collected. */
  public boolean hasHeaders() {
    return headers.length > 0;
  }

  private int number(int place) {
    return ByteBuffer.wrap(bytes).getInt(place);
  }

  /** The records with ordinals from {@code from} to before {@code to}, over the same bytes. */
  public TopicRecords range(int from, int to) {
    if (from < 0 || to > size || from > to) {
      throw new IndexOutOfBoundsException(from + " to " + to + " of " + size);
    }
    return new TopicRecords(
        topic, bytes, places, partitions, offsets, timestamps, headers, first + from, to - from);
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
    private int[] headers;
    private final boolean withHeaders;
    private int size;

    /** A builder of records of this topic, without headers but of those that have a fault. */
    public Builder(String topic) {
      this(topic, false);
    }

    /**
     * A builder of records of this topic.
     *
     * @param withHeaders false to keep only headers of records with a {@link SourceRecord#REJECTED}
     */
    public Builder(String topic, boolean withHeaders) {
      this.topic = topic;
      this.withHeaders = withHeaders;
      this.headers = new int[withHeaders ? 128 : 0];
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
      return new TopicRecords(
          topic, bytes, places, partitions, offsets, timestamps, headers, 0, size);
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
        headers = Arrays.copyOf(headers, headers.length > 0 ? length * 2 : 0);
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
      if (headers.length > 0) {
        headers[size * 2] = used;
        headers[size * 2 + 1] = 0;
      }
      size++;
      return this;
    }

    /** Gives the record that was added last a header, behind those that it has. */
    public Builder header(String name, byte @Nullable [] value) {
      if (headers.length == 0) {
        headers = new int[offsets.length * 2];
      }
      if (headers[size * 2 - 1] == 0) {
        headers[size * 2 - 2] = used;
      }
      byte[] text = name.getBytes(StandardCharsets.UTF_8);
      int length = 8 + text.length + (value == null ? 0 : value.length);
      reserve(length);
      ByteBuffer into = ByteBuffer.wrap(bytes, used, length).putInt(text.length).put(text);
      into.putInt(value == null ? NULL : value.length);
      if (value != null) {
        into.put(value);
      }
      used += length;
      headers[size * 2 - 1] += length;
      return this;
    }

    /** Adds records of one partition. */
    public void addAll(int partition, List<ConsumerRecord<ByteBuffer, ByteBuffer>> records) {
      expect(records.size());
      for (ConsumerRecord<ByteBuffer, ByteBuffer> record : records) {
        add(partition, record.offset(), record.timestamp(), record.key(), record.value());
        if (withHeaders || record.headers().lastHeader(SourceRecord.REJECTED) != null) {
          record.headers().forEach(h -> header(h.key(), h.value()));
        }
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
      reserve(length);
      data.get(data.position(), bytes, used, length);
      places[place + 1] = length;
      used += length;
    }

    private void reserve(int length) {
      if (bytes.length - used < length) {
        long wanted = Math.max((long) used + length, bytes.length * 3L / 2);
        bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
      }
    }
  }
}
