package dev.millrace.engine.delivery;

import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Schema;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of a chunk while they are read, and how much memory they take. */
final class ChunkRows {
  private static final int REFERENCE_BYTES = 8;

  private final Schema schema;
  private final ByteArrayOutputStream weights = new ByteArrayOutputStream();
  private final List<List<@Nullable Object>> columns = new ArrayList<>();
  private long bytes;

  ChunkRows(Schema schema) {
    this.schema = schema;
    schema.columns().forEach(c -> columns.add(new ArrayList<>()));
  }

  /** Begins a row; its values follow in the order of the columns. */
  void begin(int weight) {
    weights.write(weight);
  }

  void add(int column, @Nullable Object value) {
    columns.get(column).add(value);
    bytes += bytes(value);
  }

  int size() {
    return weights.size();
  }

  /** About how many bytes of the heap they take. */
  long bytes() {
    return bytes;
  }

  /** Objects of the JVM have a header and are made up to eight bytes. */
  private static long bytes(@Nullable Object value) {
    if (value == null) {
      return REFERENCE_BYTES;
    }
    if (value instanceof String text) {
      return REFERENCE_BYTES + 48 + text.length();
    }
    if (value instanceof byte[] array) {
      return REFERENCE_BYTES + 16 + array.length;
    }
    if (value instanceof List<?> list) {
      return list.stream().mapToLong(ChunkRows::bytes).sum() + 48;
    }
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .mapToLong(e -> 48 + bytes(e.getKey()) + bytes(e.getValue()))
          .sum();
    }
    return REFERENCE_BYTES + 24;
  }

  Batch batch() {
    List<@Nullable Object[]> arrays = new ArrayList<>();
    columns.forEach(c -> arrays.add(c.toArray()));
    return new Batch(schema, weights.toByteArray(), arrays);
  }
}
