package dev.millrace.connect.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.formats.SchemaType;
import dev.millrace.testing.Batches;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Topics in Avro, with a registry that has their schemas. */
class AvroSinkTest extends SchemaSinks {
  AvroSinkTest() {
    super(SchemaType.AVRO, "avro", "Avro");
  }

  @Override
  boolean holds(DataType type, @Nullable Object value) {
    return true;
  }

  @Override
  String[] named(String namespace, String name) {
    return new String[] {"\"name\":\"%s\",\"namespace\":\"%s\"".formatted(name, namespace)};
  }

  @Test
  void aSchemaThatTheRegistryRefusesStopsTheSink() {
    Schema schema = new Schema(List.of(new Column("id", BIGINT)));
    try (Sink sink = open("refused", "one", schema)) {
      sink.deliver(new Batches(schema).put(7L).build(), 1);
    }
    Schema grown = new Schema(List.of(new Column("id", BIGINT), new Column("name", VARCHAR)));
    try (Sink sink = open("refused", "two", grown)) {
      sink.deliver(new Batches(grown).put(8L, "new").build(), 1);
    }
    Schema other = new Schema(List.of(new Column("id", VARCHAR)));
    try (Sink sink = open("refused", "three", other)) {
      assertThatThrownBy(() -> sink.deliver(new Batches(other).put("9").build(), 1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("REGISTRY_SCHEMA_REFUSED")
          .hasMessageContaining(
              "incompatible with an earlier schema for subject \"refused-value\"");
    }
    assertThat(records("refused"))
        .extracting(r -> json(r.value()))
        .containsExactly("{\"id\":7}", "{\"id\":8,\"name\":\"new\"}");
  }

  @Test
  void aRegistryThatDoesNotRunYetIsWaitedFor() {
    Schema schema = new Schema(List.of(new Column("id", BIGINT)));
    assertThatThrownBy(
            () -> new KafkaConnector().open(context("waits", "waits", schema, Optional.empty())))
        .isInstanceOf(RetryException.class);
  }
}
