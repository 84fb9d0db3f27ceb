package dev.millrace.connect.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.registry.RegistryClient;
import dev.millrace.testing.Batches;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Topics in Protobuf, with a registry that has their schemas. */
class ProtobufSinkTest extends SchemaSinks {
  ProtobufSinkTest() {
    super(SchemaType.PROTOBUF, "protobuf", "Protobuf");
  }

  /** Protobuf has no null in lists and maps, no list of lists, and no list that is none. */
  @Override
  boolean holds(DataType type, @Nullable Object value) {
    if (value instanceof List<?> list) {
      return list.stream().noneMatch(Objects::isNull)
          && !(((DataType.ListOf) type).element() instanceof DataType.ListOf);
    }
    if (value instanceof Map<?, ?> map && type instanceof DataType.MapOf) {
      return map.values().stream().noneMatch(Objects::isNull);
    }
    return value != null || !(type instanceof DataType.ListOf || type instanceof DataType.MapOf);
  }

  @Override
  String[] named(String namespace, String name) {
    return new String[] {"package " + namespace + ";", "message " + name + " {"};
  }

  @Test
  void aNullInAListStopsTheSinkWithWhatToDo() {
    Schema schema = new Schema(List.of(new Column("tags", new DataType.ListOf(VARCHAR))));
    try (Sink sink = open("nulls", "nulls", schema)) {
      assertThatThrownBy(
              () -> sink.deliver(new Batches(schema).put(Arrays.asList("a", null)).build(), 1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining(
              "sink `nulls`: Protobuf cannot hold a row of topic `nulls`: field `tags` has NULL in a"
                  + " list or a map, where Protobuf has none: [\"a\",null]");
    }
    assertThat(records("nulls")).isEmpty();
  }

  @Test
  void columnsComeAndGoAndNumbersAreNeverUsedAgain() {
    Column id = new Column("id", BIGINT);
    Column name = new Column("name", VARCHAR);
    Column size = new Column("size", BIGINT);
    Schema first = new Schema(List.of(id, name));
    try (Sink sink = open("grows", "one", first)) {
      sink.deliver(new Batches(first).put(1L, "Ada").build(), 1);
    }
    Schema second = new Schema(List.of(size, id));
    try (Sink sink = open("grows", "two", second)) {
      sink.deliver(new Batches(second).put(5L, 2L).build(), 1);
    }
    Schema third = new Schema(List.of(id, name, size));
    try (Sink sink = open("grows", "three", third)) {
      sink.deliver(new Batches(third).put(3L, "Eve", 6L).build(), 1);
    }
    // The same columns are the same schema.
    try (Sink sink = open("grows", "four", third)) {
      sink.deliver(new Batches(third).put(4L, null, null).build(), 1);
    }
    assertThat(records("grows"))
        .extracting(r -> json(r.value()))
        .containsExactly(
            "{\"id\":1,\"name\":\"Ada\"}",
            "{\"size\":5,\"id\":2}",
            "{\"id\":3,\"name\":\"Eve\",\"size\":6}",
            "{\"id\":4,\"name\":null,\"size\":null}");
    RegistryClient client = new RegistryClient(address);
    assertThat(client.version("grows-value", 2).orElseThrow().text())
        .contains("int64 size = 3;", "int64 id = 1;", "reserved 2;", "reserved \"name\";");
    assertThat(client.version("grows-value", 3).orElseThrow().text())
        .contains("string name = 4;", "int64 size = 3;", "reserved 2;");
    assertThat(client.version("grows-value", 4)).isEmpty();
  }

  @Test
  void aSchemaThatTheRegistryRefusesStopsTheSink() {
    Schema schema = new Schema(List.of(new Column("id", BIGINT)));
    try (Sink sink = open("refused", "kept", schema)) {
      sink.deliver(new Batches(schema).put(7L).build(), 1);
    }
    Schema other = new Schema(List.of(new Column("id", VARCHAR)));
    try (Sink sink = open("refused", "other", other)) {
      assertThatThrownBy(() -> sink.deliver(new Batches(other).put("9").build(), 1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("REGISTRY_SCHEMA_REFUSED")
          .hasMessageContaining("FIELD_SCALAR_KIND_CHANGED");
    }
    assertThat(records("refused")).extracting(r -> json(r.value())).containsExactly("{\"id\":7}");
  }
}
