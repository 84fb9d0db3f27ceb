package dev.millrace.formats.protobuf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.JsonOutput;
import dev.millrace.formats.json.JsonTexts;
import dev.millrace.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages that Google's library has written, as JSON. */
class ProtobufDecodingTest {
  private static final String TYPES =
      """
      syntax = "proto3";
      package a.b;
      import "google/protobuf/timestamp.proto";
      import "google/protobuf/duration.proto";
      import "google/protobuf/wrappers.proto";
      import "google/protobuf/struct.proto";
      import "google/protobuf/any.proto";
      import "google/type/date.proto";
      import "google/type/timeofday.proto";
      import "google/type/decimal.proto";
      import "confluent/type/decimal.proto";
      message Types {
        int32 i32 = 1; int64 i64 = 2; uint32 u32 = 3; uint64 u64 = 4; sint32 s32 = 5; sint64 s64 = 6;
        fixed32 f32 = 7; fixed64 f64 = 8; sfixed32 sf32 = 9; sfixed64 sf64 = 10;
        float fl = 11; double db = 12; bool bo = 13; string st = 14; bytes by = 15;
        Color color = 16; repeated int32 many = 17; repeated string words = 18;
        map<string, int64> counts = 19; map<uint64, Nest> nests = 20; Nest nest = 21;
        oneof choice { int32 left = 22; string right = 23; Nest both = 24; }
        optional int32 maybe = 25; optional string text = 26; optional Color shade = 27;
        google.protobuf.Timestamp ts = 28; google.protobuf.Duration took = 29;
        google.protobuf.Int64Value wrapped = 30; google.protobuf.StringValue said = 31;
        google.protobuf.Struct free = 32; google.protobuf.Value any = 33;
        google.type.Date day = 34; google.type.TimeOfDay time = 35; google.type.Decimal exact = 36;
        confluent.type.Decimal price = 37; google.protobuf.BytesValue raw = 38;
        repeated Color colors = 39; map<bool, Color> shades = 40; google.protobuf.Any other = 41;
        repeated google.protobuf.Timestamp times = 42;
        enum Color { NONE = 0; RED = 1; CRIMSON = -1; }
        message Nest { int32 a = 1; optional string b = 2; Nest c = 3; }
      }
      """;

  private static final String EMPTY =
      """
      {"i32":0,"i64":0,"u32":0,"u64":0,"s32":0,"s64":0,"f32":0,"f64":0,"sf32":0,"sf64":0,"fl":0.0,"db":0.0,
      "bo":false,"st":"","by":"","color":"NONE","many":[],"words":[],"counts":{},"nests":{},"nest":null,
      "maybe":null,"text":null,"shade":null,"ts":null,"took":null,"wrapped":null,"said":null,"free":null,"any":null,
      "day":null,"time":null,"exact":null,"price":null,"raw":null,"colors":[],"shades":{},"other":null,"times":[],
      "left":null,"right":null,"both":null}"""
          .replace("\n", "");

  private static ProtobufSchema schema(String text) throws Exception {
    return ProtobufSchema.parse(text, Map.of());
  }

  private static byte[] bytes(Descriptor message, String text) throws IOException {
    DynamicMessage.Builder builder = DynamicMessage.newBuilder(message);
    TextFormat.merge(text, builder);
    return framed(builder.buildPartial().toByteArray());
  }

  private static byte[] framed(byte[] message, int... indexes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeSInt32NoTag(indexes.length);
    for (int index : indexes) {
      out.writeSInt32NoTag(index);
    }
    out.writeRawBytes(message);
    out.flush();
    return bytes.toByteArray();
  }

  private static String decode(ProtobufSchema schema, byte[] bytes) throws BadRecordException {
    byte[] longer = new byte[bytes.length + 7];
    System.arraycopy(bytes, 0, longer, 3, bytes.length);
    JsonOutput out = new JsonOutput();
    new ProtobufDecoding(schema.file()).decode(longer, 3, bytes.length, out);
    return new String(out.array(), 0, out.used(), UTF_8);
  }

  private static String read(String message, String text) throws Exception {
    ProtobufSchema schema = schema(message);
    return decode(schema, bytes(schema.file().getMessageTypes().get(0), text));
  }

  @Test
  void everyTypeHasItsValue() throws Exception {
    String expected = EMPTY;
    String[][] fields = {
      {"i32: -2147483648", "'i32':-2147483648"},
      {"i64: -9223372036854775808", "'i64':-9223372036854775808"},
      {"u32: 4294967295", "'u32':4294967295"},
      {"u64: 18446744073709551615", "'u64':18446744073709551615"},
      {"s32: -7", "'s32':-7"},
      {"s64: 9223372036854775807", "'s64':9223372036854775807"},
      {"f32: 4000000000", "'f32':4000000000"},
      {"f64: 9223372036854775808", "'f64':9223372036854775808"},
      {"sf32: -8", "'sf32':-8"},
      {"sf64: -9", "'sf64':-9"},
      {"fl: 0.1", "'fl':0.1"},
      {"db: 1e300", "'db':1.0E300"},
      {"bo: true", "'bo':true"},
      {"st: 'Kö\"ln'", "'st':'Kö\\\"ln'"},
      {"by: '\\001\\377'", "'by':'Af8='"},
      {"color: CRIMSON", "'color':'CRIMSON'"},
      {"many: [1, -1]", "'many':[1,-1]"},
      {"words: ['a', '']", "'words':['a','']"},
      {"counts { key: 'x' value: 1 } counts { key: 'y' }", "'counts':{'x':1,'y':0}"},
      {
        "nests { key: 18446744073709551615 value { a: 1 } } nests { key: 2 }",
        "'nests':{'18446744073709551615':{'a':1,'b':null,'c':null},'2':{'a':0,'b':null,'c':null}}"
      },
      {"nest { c { b: '' } }", "'nest':{'a':0,'b':null,'c':{'a':0,'b':'','c':null}}"},
      {"maybe: 0", "'maybe':0"},
      {"text: ''", "'text':''"},
      {"shade: NONE", "'shade':'NONE'"},
      {"ts { seconds: 1767225600 nanos: 123456789 }", "'ts':'2026-01-01T00:00:00.123456789Z'"},
      {"took { seconds: -90 nanos: -500000000 }", "'took':'-90.5 seconds'"},
      {"wrapped { }", "'wrapped':0"},
      {"said { value: 'hi' }", "'said':'hi'"},
      {
        "free { fields { key: 'k' value { list_value { values { number_value: 1 } values { null_value: 0 }"
            + " values { number_value: 0.5 } } } } }",
        "'free':{'k':[1,null,0.5]}"
      },
      {
        "any { struct_value { fields { key: 'b' value { bool_value: true } } } }",
        "'any':{'b':true}"
      },
      {"day { year: 2026 month: 2 day: 9 }", "'day':'2026-02-09'"},
      {"time { hours: 9 minutes: 8 seconds: 7 nanos: 600 }", "'time':'09:08:07.000000600'"},
      {"exact { value: '12.50' }", "'exact':'12.50'"},
      {"price { value: '\\373\\056' precision: 5 scale: 2 }", "'price':-12.34"},
      {"raw { value: 'hi' }", "'raw':'aGk='"},
      {"colors: [RED, NONE]", "'colors':['RED','NONE']"},
      {"shades { key: true value: RED }", "'shades':{'true':'RED'}"},
      {"other { type_url: 'x/y' value: 'z' }", "'other':{'type_url':'x/y','value':'eg=='}"},
      {"times { seconds: 1 } times { }", "'times':['1970-01-01T00:00:01Z','1970-01-01T00:00:00Z']"},
      {"left: 0", "'left':0"},
    };
    StringBuilder text = new StringBuilder();
    for (String[] field : fields) {
      text.append(field[0]).append('\n');
      String json = field[1].replace("\\\"", "\u0000").replace('\'', '"').replace("\u0000", "\\\"");
      String name = json.substring(0, json.indexOf(':') + 1);
      int from = expected.indexOf(name);
      int to = expected.indexOf(",\"", from);
      expected = expected.substring(0, from) + json + expected.substring(to);
    }
    assertThat(read(TYPES, text.toString())).isEqualTo(expected);
    assertThat(JsonTexts.tree(expected).size()).isEqualTo(JsonTexts.tree(EMPTY).size());
  }

  @Test
  void whatIsAbsentIsNullOrItsDefault() throws Exception {
    assertThat(read(TYPES, "")).isEqualTo(EMPTY);
    String proto2 =
        "message M { optional int32 a = 1; optional int32 b = 2 [default = 7]; required string c = 3;"
            + " repeated int32 d = 4 [packed = true]; optional group G = 5 { optional int32 x = 1; }"
            + " optional E e = 6; enum E { ONE = 1; } }";
    assertThat(read(proto2, "c: 'x'"))
        .isEqualTo("{\"a\":null,\"b\":null,\"c\":\"x\",\"d\":[],\"e\":null,\"g\":null}");
    assertThat(read(proto2, "a: 0 b: 1 c: '' d: [1, 2] G { x: 5 } e: ONE"))
        .isEqualTo("{\"a\":0,\"b\":1,\"c\":\"\",\"d\":[1,2],\"e\":\"ONE\",\"g\":{\"x\":5}}");
    assertThatThrownBy(() -> read(proto2, "a: 1"))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("missing required fields: c");
  }

  @Test
  void otherNumbersOfEnumerationsAndOtherFieldsAreNoFault() throws Exception {
    String old = "syntax='proto%d'; message M { %s a = 1; optional E e = 2; enum E { Z = 0; } }";
    ProtobufSchema newer =
        schema(
            "syntax='proto3'; message M { int32 a = 1; E e = 2; string more = 9; N n = 10;"
                + " enum E { Z = 0; NEW = 5; } message N { string t = 1; } }");
    byte[] written =
        bytes(newer.file().getMessageTypes().get(0), "a: 4 e: NEW more: 'x' n { t: 'deep' }");
    assertThat(decode(schema(old.formatted(3, "int32")), written))
        .isEqualTo("{\"a\":4,\"e\":\"5\"}");
    // Those of proto2 are taken for fields that are not there.
    assertThat(decode(schema(old.formatted(2, "optional int32")), written))
        .isEqualTo("{\"a\":4,\"e\":null}");
    // Bytes that another type reads are read, as compatible schemas do.
    assertThat(decode(schema(old.formatted(3, "bool")), written))
        .isEqualTo("{\"a\":true,\"e\":\"5\"}");
  }

  @Test
  void indexesSayWhichMessageItIs() throws Exception {
    ProtobufSchema schema =
        schema(
            "syntax='proto3'; message A { map<string, B> m = 1; message B { message C { int32 c = 1; } }"
                + " message D { int32 d = 1; } } message E { int32 e = 1; }");
    byte[] seven = {8, 7};
    assertThat(decode(schema, framed(new byte[0]))).isEqualTo("{\"m\":{}}");
    assertThat(decode(schema, framed(new byte[0], 0))).isEqualTo("{\"m\":{}}");
    assertThat(decode(schema, framed(seven, 1))).isEqualTo("{\"e\":7}");
    assertThat(decode(schema, framed(seven, 0, 1))).isEqualTo("{\"d\":7}");
    assertThat(decode(schema, framed(seven, 0, 0, 0))).isEqualTo("{\"c\":7}");
    for (int[] none : new int[][] {{2}, {-1}, {0, 2}, {0, 0, 0, 0}}) {
      assertThatThrownBy(() -> decode(schema, framed(seven, none)))
          .isInstanceOf(BadRecordException.class)
          .hasMessageContaining("the schema has no message with the indexes");
    }
    assertThatThrownBy(() -> decode(schema, new byte[] {1}))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("its message has -1 indexes");
    assertThatThrownBy(() -> decode(schema, new byte[0])).isInstanceOf(BadRecordException.class);
  }

  @Test
  void timesOutOfRangeAndDepthsWithoutEndAreBad() throws Exception {
    assertThatThrownBy(() -> read(TYPES, "ts { seconds: 253402300800 }"))
        .isInstanceOf(BadRecordException.class)
        .hasMessage("no time: a Timestamp of 253402300800 seconds and 0 nanoseconds");
    assertThatThrownBy(() -> read(TYPES, "took { seconds: 1 nanos: -1 }"))
        .isInstanceOf(BadRecordException.class);
    assertThatThrownBy(() -> read(TYPES, "price { value: '1' scale: 2000000000 }"))
        .isInstanceOf(BadRecordException.class);
    String deep = "c {".repeat(90) + "}".repeat(90);
    assertThat(read(TYPES, "nest {" + deep + "}")).contains("\"c\":{\"a\":0");
    ProtobufSchema node = schema("syntax='proto3'; message Node { Node next = 1; }");
    byte[] deeper = new byte[0];
    for (int i = 0; i < 200; i++) {
      ByteArrayOutputStream around = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(around);
      out.writeByteArray(1, deeper);
      out.flush();
      deeper = around.toByteArray();
    }
    byte[] record = framed(deeper);
    assertThatThrownBy(() -> decode(node, record))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("too many levels of nesting");
  }

  @Test
  void aTypeOfAKnownNameButOnesOwnIsAMessage() throws Exception {
    assertThat(
            read(
                "syntax='proto3'; package google.protobuf; message M { Timestamp t = 1; }"
                    + " message Timestamp { string x = 1; }",
                "t { x: 'mine' }"))
        .isEqualTo("{\"t\":{\"x\":\"mine\"}}");
  }

  @Test
  void damagedRecordsAreBadOrOthersButNothingElse() throws Exception {
    Random random = Seeds.random("ProtobufDecodingTest");
    ProtobufSchema schema = schema(TYPES);
    byte[] good =
        bytes(
            schema.file().getMessageTypes().get(0),
            "i32: -1 u64: 7 fl: 1 st: 'text' by: 'bytes' many: [1, 2, 3] words: ['a', 'b']"
                + " counts { key: 'x' value: 1 } nests { key: 1 value { a: 1 } } nest { c { c { b: 'x' } } }"
                + " right: 'r' ts { seconds: 1767225600 } took { seconds: 5 } wrapped { value: 1 }"
                + " free { fields { key: 'k' value { list_value { values { number_value: 1 } } } } }"
                + " day { year: 2026 month: 2 day: 9 } price { value: '1' scale: 2 } colors: [RED]");
    int read = 0;
    int bad = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      if (i % 3 == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      } else if (i % 3 == 1) {
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      } else {
        bytes = new byte[random.nextInt(60)];
        random.nextBytes(bytes);
      }
      try {
        assertThat(JsonTexts.tree(decode(schema, bytes)).isMissingNode()).isFalse();
        read++;
      } catch (BadRecordException e) {
        assertThat(e.reason()).isNotEmpty();
        bad++;
      }
    }
    assertThat(read).isGreaterThan(1_000);
    assertThat(bad).isGreaterThan(1_000);
  }

  @Test
  void aFewBytesMayNotBecomeALotOfJson() throws Exception {
    StringBuilder fields = new StringBuilder();
    for (int i = 1; i <= 100; i++) {
      fields.append("optional int32 a_field_with_a_long_name_").append(i).append(" = ");
      fields.append(i).append("; ");
    }
    ProtobufSchema schema =
        schema("syntax = \"proto3\"; message R { repeated I i = 1; message I { " + fields + " } }");
    byte[] items = new byte[40_000];
    for (int i = 0; i < items.length; i += 2) {
      items[i] = 10;
    }
    JsonOutput out = new JsonOutput();
    ProtobufDecoding decoding = new ProtobufDecoding(schema.file());
    byte[] record = framed(items, 0);
    assertThatThrownBy(() -> decoding.decode(record, 0, record.length, out))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("more than 32 MB");
    assertThat(out.used()).isZero();
    byte[] small = framed(new byte[] {10, 0}, 0);
    decoding.decode(small, 0, small.length, out);
    assertThat(new String(out.array(), 0, out.used(), UTF_8)).startsWith("{\"i\":[{\"a_field");
  }

  @Test
  void durationsAreWithinTheirRange() {
    String message =
        "syntax = \"proto3\"; import \"google/protobuf/duration.proto\";"
            + " message R { google.protobuf.Duration d = 1; }";
    for (String bad : new String[] {"nanos: -2147483648", "seconds: -9223372036854775808"}) {
      assertThatThrownBy(() -> read(message, "d { " + bad + " }"))
          .isInstanceOf(BadRecordException.class)
          .hasMessageContaining("no duration");
    }
  }
}
