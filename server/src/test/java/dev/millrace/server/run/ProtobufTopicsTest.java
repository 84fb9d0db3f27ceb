package dev.millrace.server.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import dev.millrace.api.error.StopException;
import dev.millrace.formats.SchemaReference;
import dev.millrace.formats.SchemaText;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.Schemas;
import dev.millrace.formats.protobuf.ProtobufSchema;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Topics in Protobuf that somebody else writes: with Google's library, and schemas in a registry.
 */
@Tag("slow")
class ProtobufTopicsTest extends SchemaTopics {
  private static final long JANUARY = 1_767_225_600L;
  private static final String GROWING =
      """
      syntax = "proto3";
      import "google/protobuf/timestamp.proto";
      message Growing {
        int64 id = 1;
        google.protobuf.Timestamp ts = 2;
        %s
      }
      """;

  ProtobufTopicsTest() {
    super("protobuf", "json");
  }

  private byte[] bytes(String topic, SchemaText schema, String text, int... indexes)
      throws Exception {
    int id = client.register(topic + "-value", schema);
    ProtobufSchema parsed = (ProtobufSchema) Schemas.parse(schema, client::referred);
    Descriptor message = parsed.file().getMessageTypes().get(indexes.length == 0 ? 0 : indexes[0]);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    out.write(indexes.length * 2);
    for (int i = 0; i < indexes.length; i++) {
      out.write(indexes[i] * 2);
      message = i == 0 ? message : message.getNestedTypes().get(indexes[i]);
    }
    DynamicMessage.Builder builder = DynamicMessage.newBuilder(message);
    TextFormat.merge(text, builder);
    builder.build().writeTo(out);
    return out.toByteArray();
  }

  private byte[] growing(String topic, String more, long id, String text) throws Exception {
    return bytes(
        topic,
        new SchemaText(SchemaType.PROTOBUF, GROWING.formatted(more)),
        "id: %d ts { seconds: %d } %s".formatted(id, JANUARY + id, text));
  }

  @Override
  byte[] record(String topic, long id) throws Exception {
    return growing(topic, "", id, "");
  }

  @Override
  byte[] noted(String topic, long id, String note) throws Exception {
    return growing(topic, "string note = 3;", id, "note: '" + note + "'");
  }

  @Test
  void aFieldOfAnotherTypeIsRefused() throws Exception {
    record("changed", 1);
    noted("changed", 2, "text");
    assertThatThrownBy(() -> growing("changed", "int32 note = 3;", 3, "note: 3"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("FIELD_SCALAR_KIND_CHANGED");
  }

  private static final String TYPED =
      """
      syntax = "proto3";
      package a.b;
      import "google/protobuf/timestamp.proto";
      import "google/protobuf/duration.proto";
      import "google/protobuf/wrappers.proto";
      import "google/protobuf/struct.proto";
      import "google/type/date.proto";
      import "google/type/timeofday.proto";
      import "confluent/type/decimal.proto";
      import "nest.proto";
      message Other {}
      message Typed {
        message Row {
          int64 id = 1; google.protobuf.Timestamp ts = 2; uint64 u64 = 3; uint32 u32 = 4;
          google.type.Date d = 5; google.type.TimeOfDay tm = 6; confluent.type.Decimal price = 7;
          google.protobuf.Duration took = 8; geo.Nest nest = 9; repeated sint32 arr = 10;
          map<string, int64> mp = 11; optional double opt = 12; En en = 13; bytes raw = 14;
          float fl = 15; bool bo = 16; string str = 17; repeated geo.Nest nests = 18;
          oneof choice { string left = 19; int32 right = 20; }
          google.protobuf.Int64Value wrapped = 21; google.protobuf.Struct free = 22;
          enum En { NONE = 0; GREEN = 1; }
        }
      }
      """;

  private SchemaText typed() {
    client.register(
        "nest",
        new SchemaText(
            SchemaType.PROTOBUF,
            "syntax='proto3'; package geo; message Nest { int32 a = 1; optional string b = 2; }"));
    return new SchemaText(
        SchemaType.PROTOBUF, TYPED, List.of(new SchemaReference("nest.proto", "nest", 1)));
  }

  @Test
  void everyTypeIsItsColumn() throws Exception {
    topics("typed");
    sources(
        stream(
            "typed",
            "",
            "[{name: id, type: BIGINT}, {name: ts, type: TIMESTAMPTZ}, {name: u64, type: UBIGINT},"
                + " {name: u32, type: BIGINT}, {name: d, type: DATE}, {name: tm, type: TIME},"
                + " {name: price, type: \"DECIMAL(10,2)\"}, {name: took, type: INTERVAL},"
                + " {name: nest, type: \"STRUCT(a INTEGER, b VARCHAR)\"}, {name: arr, type: \"INTEGER[]\"},"
                + " {name: mp, type: \"MAP(VARCHAR, BIGINT)\"}, {name: opt, type: DOUBLE},"
                + " {name: en, type: VARCHAR}, {name: raw, type: BLOB}, {name: fl, type: FLOAT},"
                + " {name: bo, type: BOOLEAN}, {name: str, type: VARCHAR},"
                + " {name: nests, type: \"STRUCT(a INTEGER, b VARCHAR)[]\"}, {name: left, type: VARCHAR},"
                + " {name: right, type: INTEGER}, {name: wrapped, type: BIGINT}, {name: free, type: JSON},"
                + " {name: city, type: VARCHAR, from: $.nest.b}]"));
    model("typed", "*");
    send(
        "typed",
        bytes(
            "typed",
            typed(),
            "id: 1 ts { seconds: 1767225600 nanos: 123456000 } u64: 18446744073709551615 u32: 4294967295"
                + " d { year: 2026 month: 1 day: 2 } tm { hours: 10 nanos: 1000 }"
                + " price { value: '\\373\\036' precision: 10 scale: 2 } took { seconds: 90 nanos: 500000000 }"
                + " nest { a: 7 b: 'Köln' } arr: [1, -3] mp { key: 'x' value: 1 } mp { key: 'y' value: 2 }"
                + " en: GREEN raw: 'hi' fl: 0.1 bo: true str: 'a \"b\" é' nests { } nests { a: 2 }"
                + " right: 0 free { fields { key: 'k' value { number_value: 1 } } }",
            1,
            0));
    send("typed", bytes("typed", typed(), "id: 2 ts { seconds: 1767225601 }", 1, 0));
    try (RunningProject running = run()) {
      await(running, "SELECT count(*) FROM typed_rows", "[[2]]");
      assertThat(
              ask(
                  running,
                  "SELECT epoch_us(ts), u64, u32, d::VARCHAR, tm::VARCHAR, price::VARCHAR,"
                      + " epoch_ms(took), nest::VARCHAR, arr::VARCHAR, mp::VARCHAR, opt, en,"
                      + " raw::VARCHAR, fl = 0.1::FLOAT, bo, str, nests::VARCHAR, \"left\", \"right\","
                      + " wrapped, free, city FROM typed_rows ORDER BY id"))
          .containsExactly(
              Arrays.asList(
                  JANUARY + "123456",
                  "18446744073709551615",
                  "4294967295",
                  "2026-01-02",
                  "10:00:00.000001",
                  "-12.50",
                  "90500",
                  "{'a': 7, 'b': Köln}",
                  "[1, -3]",
                  "{x=1, y=2}",
                  null,
                  "GREEN",
                  "hi",
                  "true",
                  "true",
                  "a \"b\" é",
                  "[{'a': 0, 'b': NULL}, {'a': 2, 'b': NULL}]",
                  null,
                  "0",
                  null,
                  "{\"k\":1}",
                  "Köln"),
              Arrays.asList(
                  (JANUARY + 1) + "000000",
                  "0",
                  "0",
                  null,
                  null,
                  null,
                  null,
                  null,
                  "[]",
                  "{}",
                  null,
                  "NONE",
                  "",
                  "false",
                  "false",
                  "",
                  "[]",
                  null,
                  null,
                  null,
                  null,
                  null));
      assertThat(ask(running, "SELECT reason FROM store.system.rejected")).isEmpty();
    }
  }

  @Test
  void badRecordsAreSetAsideWithTheirBytes() throws Exception {
    topics("flat");
    sources(stream("flat", "", COLUMNS.formatted("")));
    model("flat", "id, ts");
    byte[] good = growing("flat", "", 1, "");
    send("flat", good);
    send("flat", "{\"id\": 2}".getBytes(UTF_8));
    byte[] cut = Arrays.copyOf(good, good.length - 2);
    send("flat", cut);
    byte[] index = good.clone();
    index[5] = 1;
    send("flat", index);
    client.register("avro", new SchemaText(SchemaType.AVRO, "\"string\""));
    send("flat", ByteBuffer.allocate(7).put((byte) 0).putInt(2).array());
    send("flat", growing("flat", "", 3, ""));
    try (RunningProject running = run()) {
      await(running, "SELECT id FROM flat_rows ORDER BY id", "[[1], [3]]");
      List<List<String>> rejected =
          ask(
              running,
              "SELECT \"offset\", reason FROM store.system.rejected WHERE source = 's.flat' ORDER BY 1");
      assertThat(rejected).extracting(r -> r.get(0)).containsExactly("1", "2", "3", "4");
      assertThat(rejected.get(0).get(1)).startsWith("no schema's id: the first byte is 0x7b");
      assertThat(rejected.get(1).get(1))
          .startsWith("not the Protobuf that its schema says: While parsing");
      assertThat(rejected.get(2).get(1))
          .isEqualTo("not the Protobuf that its schema says: its message has -1 indexes");
      assertThat(rejected.get(3).get(1))
          .isEqualTo("schema 2 is of type AVRO, and PROTOBUF was expected");
      await(
          running,
          "SELECT value = from_hex('%s') FROM store.system.rejected WHERE \"offset\" = 2"
              .formatted(HexFormat.of().formatHex(cut)),
          "[[true]]");
    }
  }
}
