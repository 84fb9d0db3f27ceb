package dev.millrace.server.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.formats.SchemaText;
import dev.millrace.formats.SchemaType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Topics in Avro that somebody else writes: with Avro's own writer, and schemas in a registry. */
@Tag("slow")
class AvroTopicsTest extends SchemaTopics {
  AvroTopicsTest() {
    super("avro", "avro");
  }

  private static final long JANUARY = 1_767_225_600_000L;
  private static final String GROWING =
      """
      {"type":"record","name":"Growing","fields":[
        {"name":"id","type":"long"},
        {"name":"ts","type":{"type":"long","logicalType":"timestamp-millis"}}%s]}
      """;

  private byte[] bytes(String topic, GenericData.Record record) throws IOException {
    int id =
        client.register(
            topic + "-value", new SchemaText(SchemaType.AVRO, record.getSchema().toString()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericData.Record>(record.getSchema()).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private GenericData.Record growing(long id, String more) {
    GenericData.Record record =
        new GenericData.Record(new Schema.Parser().parse(GROWING.formatted(more)));
    record.put("id", id);
    record.put("ts", JANUARY + id);
    return record;
  }

  @Override
  byte[] record(String topic, long id) throws IOException {
    return bytes(topic, growing(id, ""));
  }

  @Override
  byte[] noted(String topic, long id, String note) throws IOException {
    GenericData.Record grown =
        growing(id, ",{\"name\":\"note\",\"type\":\"string\",\"default\":\"none\"}");
    grown.put("note", note);
    return bytes(topic, grown);
  }

  private static final String TYPED =
      """
      {"type":"record","name":"Typed","namespace":"a.b","fields":[
        {"name":"id","type":"long"},
        {"name":"ts","type":{"type":"long","logicalType":"timestamp-millis"}},
        {"name":"tsu","type":{"type":"long","logicalType":"timestamp-micros"}},
        {"name":"lts","type":{"type":"long","logicalType":"local-timestamp-micros"}},
        {"name":"d","type":{"type":"int","logicalType":"date"}},
        {"name":"tm","type":{"type":"int","logicalType":"time-millis"}},
        {"name":"tu","type":{"type":"long","logicalType":"time-micros"}},
        {"name":"small","type":{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}},
        {"name":"big","type":{"type":"fixed","name":"Big","size":16,"logicalType":"decimal","precision":30,"scale":4}},
        {"name":"uid","type":{"type":"string","logicalType":"uuid"}},
        {"name":"nest","type":["null",{"type":"record","name":"Nest","fields":[
          {"name":"a","type":"int"},{"name":"b","type":["null","string"]}]}]},
        {"name":"arr","type":{"type":"array","items":["null","int"]}},
        {"name":"mp","type":{"type":"map","values":"long"}},
        {"name":"opt","type":["null","double"]},
        {"name":"en","type":{"type":"enum","name":"En","symbols":["RED","GREEN"]}},
        {"name":"fx","type":{"type":"fixed","name":"Fx","size":3}},
        {"name":"raw","type":"bytes"},
        {"name":"fl","type":"float"},
        {"name":"bo","type":"boolean"},
        {"name":"str","type":"string"}]}
      """;

  private static GenericData.Record typed() {
    Schema schema = new Schema.Parser().parse(TYPED);
    GenericData.Record record = new GenericData.Record(schema);
    record.put("id", 1L);
    record.put("ts", JANUARY);
    record.put("tsu", JANUARY * 1000 + 1);
    record.put("lts", JANUARY * 1000 + 123_456);
    record.put("d", 20_454);
    record.put("tm", 36_000_000);
    record.put("tu", 36_000_000_001L);
    record.put("small", ByteBuffer.wrap(new BigDecimal("-12.50").unscaledValue().toByteArray()));
    byte[] wide = new byte[16];
    byte[] digits = new BigDecimal("12345678901234567890123456.7891").unscaledValue().toByteArray();
    System.arraycopy(digits, 0, wide, 16 - digits.length, digits.length);
    record.put("big", new GenericData.Fixed(schema.getField("big").schema(), wide));
    record.put("uid", "7d444840-9dc0-11d1-b245-5ffdce74fad2");
    GenericData.Record nest =
        new GenericData.Record(schema.getField("nest").schema().getTypes().get(1));
    nest.put("a", 7);
    nest.put("b", "Köln");
    record.put("nest", nest);
    record.put("arr", Arrays.asList(1, null, 3));
    record.put("mp", new TreeMap<>(Map.of("x", 1L, "y", 2L)));
    record.put("opt", null);
    record.put("en", new GenericData.EnumSymbol(schema.getField("en").schema(), "GREEN"));
    record.put("fx", new GenericData.Fixed(schema.getField("fx").schema(), new byte[] {1, 2, 3}));
    record.put("raw", ByteBuffer.wrap("hi".getBytes(UTF_8)));
    record.put("fl", 0.1f);
    record.put("bo", true);
    record.put("str", "a \"b\" \\ é\n");
    return record;
  }

  @Test
  void everyTypeIsItsColumnAndBadRecordsAreSetAside() throws Exception {
    topics("typed", "flat");
    String names =
        "id, ts, tsu, lts, d, tm, tu, small, big, uid, nest, arr, mp, opt, en, fx, raw, fl, bo, str, city";
    sources(
        stream(
            "typed",
            "",
            "[{name: id, type: BIGINT}, {name: ts, type: TIMESTAMPTZ}, {name: tsu, type: TIMESTAMPTZ},"
                + " {name: lts, type: TIMESTAMP}, {name: d, type: DATE}, {name: tm, type: TIME},"
                + " {name: tu, type: TIME}, {name: small, type: \"DECIMAL(10,2)\"},"
                + " {name: big, type: \"DECIMAL(30,4)\"}, {name: uid, type: UUID},"
                + " {name: nest, type: \"STRUCT(a INTEGER, b VARCHAR)\"}, {name: arr, type: \"INTEGER[]\"},"
                + " {name: mp, type: \"MAP(VARCHAR, BIGINT)\"}, {name: opt, type: DOUBLE},"
                + " {name: en, type: VARCHAR}, {name: fx, type: BLOB}, {name: raw, type: BLOB},"
                + " {name: fl, type: FLOAT}, {name: bo, type: BOOLEAN}, {name: str, type: VARCHAR},"
                + " {name: city, type: VARCHAR, from: $.nest.b}]"),
        stream("flat", "", COLUMNS.formatted("")));
    model("typed", names);
    model("flat", "id, ts");
    byte[] good = bytes("typed", typed());
    send("typed", good);
    byte[] flat = bytes("flat", growing(1, ""));
    send("flat", flat);
    send("flat", "{\"id\": 2}".getBytes(UTF_8));
    send("flat", new byte[] {0, 0, 0});
    send("flat", ByteBuffer.allocate(9).put((byte) 0).putInt(4_000_000).array());
    send("flat", Arrays.copyOf(flat, flat.length - 2));
    send("flat", Arrays.copyOf(flat, flat.length + 1));
    send("flat", bytes("flat", growing(3, "")));
    try (RunningProject running = run()) {
      await(running, "SELECT id FROM flat_rows ORDER BY id", "[[1], [3]]");
      await(
          running,
          "SELECT \"offset\", reason FROM store.system.rejected WHERE source = 's.flat' ORDER BY 1",
          "[[1, no schema's id: the first byte is 0x7b instead of 0],"
              + " [2, no schema's id: the value has 3 bytes, of which an id alone takes 5],"
              + " [3, the schema registry has no schema with id 4000000],"
              + " [4, not the Avro that its schema says: it is cut off],"
              + " [5, not the Avro that its schema says: there are bytes behind its end]]");
      await(
          running,
          "SELECT value = from_hex('%s') FROM store.system.rejected WHERE source = 's.flat' AND \"offset\" = 2"
              .formatted("000000"),
          "[[true]]");
      await(running, "SELECT count(*) FROM typed_rows", "[[1]]");
      assertThat(
              ask(
                  running,
                  "SELECT epoch_us(ts), epoch_us(tsu), lts::VARCHAR, d::VARCHAR, tm::VARCHAR,"
                      + " tu::VARCHAR, small::VARCHAR, big::VARCHAR, uid::VARCHAR, nest::VARCHAR,"
                      + " arr::VARCHAR, mp::VARCHAR, opt, en, hex(fx), raw::VARCHAR, fl = 0.1::FLOAT,"
                      + " bo, str, city FROM typed_rows"))
          .containsExactly(
              Arrays.asList(
                  JANUARY + "000",
                  JANUARY + "001",
                  "2026-01-01 00:00:00.123456",
                  "2026-01-01",
                  "10:00:00",
                  "10:00:00.000001",
                  "-12.50",
                  "12345678901234567890123456.7891",
                  "7d444840-9dc0-11d1-b245-5ffdce74fad2",
                  "{'a': 7, 'b': Köln}",
                  "[1, NULL, 3]",
                  "{x=1, y=2}",
                  null,
                  "GREEN",
                  "010203",
                  "hi",
                  "true",
                  "true",
                  "a \"b\" \\ é\n",
                  "Köln"));
      assertThat(ask(running, "SELECT reason FROM store.system.rejected WHERE source = 's.typed'"))
          .isEmpty();
    }
  }
}
