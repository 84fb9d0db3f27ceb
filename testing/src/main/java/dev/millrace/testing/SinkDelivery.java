package dev.millrace.testing;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Delivers a fixed sequence of batches from wherever the target stands, as an engine would: the
 * program that {@link SinkContract} kills at fault points. Arguments: connector class, file of
 * system options, table, mode.
 */
final class SinkDelivery {
  static final int BATCHES = 12;
  static final int ROWS = 50;
  static final int KEYS = 200;

  static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("id", new DataType.Scalar(DataType.Kind.BIGINT)),
              new Column("text", new DataType.Scalar(DataType.Kind.VARCHAR))));

  private SinkDelivery() {}

  public static void main(String[] arguments)
      throws ClassNotFoundException,
          NoSuchMethodException,
          InvocationTargetException,
          InstantiationException,
          IllegalAccessException,
          IOException {
    SinkConnector connector =
        (SinkConnector) Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
    Properties system = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(arguments[1]))) {
      system.load(reader);
    }
    Map<String, String> texts = new LinkedHashMap<>();
    system.stringPropertyNames().forEach(name -> texts.put(name, system.getProperty(name)));
    WriteMode mode = WriteMode.valueOf(arguments[3]);
    try (Sink sink = connector.open(context(connector, texts, arguments[2], mode))) {
      long done = sink.position().map(SinkPosition::sequence).orElse(0L);
      for (long sequence = done + 1; sequence <= BATCHES; sequence++) {
        sink.deliver(batch(sequence, mode), sequence);
      }
    }
    System.out.println("delivered");
  }

  static SinkContext context(
      SinkConnector connector, Map<String, String> system, String table, WriteMode mode) {
    return new SinkContext(
        "kit",
        table,
        "epoch-1",
        OptionValues.of(connector.systemOptions(), system),
        OptionValues.of(connector.sinkOptions(), Map.of()),
        table,
        SCHEMA,
        mode,
        mode == WriteMode.UPSERT ? List.of("id") : List.of());
  }

  /** The batch behind a sequence number, always the same. */
  static Batch batch(long sequence, WriteMode mode) {
    Batches batch = new Batches(SCHEMA);
    for (int row = 0; row < ROWS; row++) {
      long id = sequence * ROWS + row;
      if (mode == WriteMode.APPEND) {
        batch.put(id, "batch " + sequence);
      } else if ((row + sequence) % 3 == 0) {
        batch.take(key(id), null);
      } else {
        batch.put(key(id), "batch " + sequence);
      }
    }
    return batch.build();
  }

  // A few keys only, so that batches replace and delete each other's rows; none twice in a batch.
  private static long key(long id) {
    return id * 7 % KEYS;
  }
}
