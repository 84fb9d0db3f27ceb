package dev.millrace.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;

/**
 * All records of a topic in memory, as UTF-8 bytes in chunks of DuckDB's vector size, and the
 * DuckDB table function that hands them over: two columns, {@code value VARCHAR} and {@code place
 * BIGINT}, which orders the records of a partition.
 */
final class TopicRecords {
  private static final int CHUNK = 2048;

  private record Chunk(long place, byte[][] values) {}

  private final List<Chunk> chunks = new ArrayList<>();
  private long count;

  /** Reads a topic from its beginning to where it ends now, a thread for each partition. */
  static TopicRecords read(String servers, String topic, int partitions)
      throws InterruptedException, ExecutionException {
    TopicRecords records = new TopicRecords();
    ExecutorService readers = Executors.newFixedThreadPool(partitions);
    try {
      List<Future<List<Chunk>>> parts = new ArrayList<>();
      for (int i = 0; i < partitions; i++) {
        TopicPartition partition = new TopicPartition(topic, i);
        parts.add(readers.submit(() -> readPartition(servers, partition)));
      }
      for (Future<List<Chunk>> part : parts) {
        records.chunks.addAll(part.get());
      }
    } finally {
      readers.shutdownNow();
    }
    records.count = records.chunks.stream().mapToLong(chunk -> chunk.values.length).sum();
    return records;
  }

  /** How many there are. */
  long count() {
    return count;
  }

  int chunks() {
    return chunks.size();
  }

  byte[][] values(int chunk) {
    return chunks.get(chunk).values;
  }

  /** Their bytes. */
  long bytes() {
    return chunks.stream()
        .flatMap(chunk -> Arrays.stream(chunk.values))
        .mapToLong(value -> value.length)
        .sum();
  }

  private static List<Chunk> readPartition(String servers, TopicPartition partition) {
    List<Chunk> chunks = new ArrayList<>();
    byte[][] values = new byte[CHUNK][];
    int filled = 0;
    long base = (long) partition.partition() << 48;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", servers,
                "fetch.max.bytes", "67108864",
                "max.partition.fetch.bytes", "8388608",
                "max.poll.records", "50000",
                "check.crcs", "false"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      long next = 0;
      while (next < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          next = record.offset() + 1;
          values[filled++] = record.value();
          if (filled == CHUNK) {
            chunks.add(new Chunk(base + next - filled, values));
            values = new byte[CHUNK][];
            filled = 0;
          }
        }
      }
      if (filled > 0) {
        chunks.add(new Chunk(base + next - filled, Arrays.copyOf(values, filled)));
      }
    }
    return chunks;
  }

  /** Makes them readable in SQL as {@code <name>()}. */
  void register(Connection connection, String name) throws SQLException {
    DuckDBFunctions.tableFunction().withName(name).withFunction(new Scan()).register(connection);
  }

  private final class Scan implements DuckDBTableFunction<Object, AtomicInteger, Object> {
    @Override
    public Object bind(DuckDBTableFunctionBindInfo info) throws Exception {
      info.addResultColumn("value", DuckDBColumnType.VARCHAR);
      info.addResultColumn("place", DuckDBColumnType.BIGINT);
      info.setCardinality(count, true);
      return this;
    }

    @Override
    public AtomicInteger init(DuckDBTableFunctionInitInfo info) throws Exception {
      info.setMaxThreads(2);
      return new AtomicInteger();
    }

    @Override
    public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter writer)
        throws Exception {
      AtomicInteger next = info.getInitData();
      int index = next.getAndIncrement();
      if (index >= chunks.size()) {
        return 0;
      }
      Chunk chunk = chunks.get(index);
      writer.vector(0).setStringUtf8Batch(0, chunk.values);
      for (int i = 0; i < chunk.values.length; i++) {
        writer.vector(1).setLong(i, chunk.place + i);
      }
      return chunk.values.length;
    }
  }
}
