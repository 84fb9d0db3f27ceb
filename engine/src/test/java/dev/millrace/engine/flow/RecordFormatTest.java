package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.RecordFormat;
import dev.millrace.project.RecordFormat.Changes;
import dev.millrace.project.RecordFormat.Encoding;
import dev.millrace.project.RecordFormat.Field;
import dev.millrace.project.RecordFormat.Part;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns from every part of a record, values of every type, and changes of rows. */
class RecordFormatTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final long MILLIS = NOON.toEpochMilli();
  private static final Clock CLOCK = Clock.fixed(NOON, ZoneOffset.UTC);

  @TempDir Path folder;
  private final List<Column> columns = new ArrayList<>();
  private final List<Field> fields = new ArrayList<>();

  private RecordFormatTest column(String name, String type, Field field) {
    columns.add(new Column(name, DataTypeParser.parse(type).orElseThrow()));
    fields.add(field);
    return this;
  }

  private RecordFormatTest column(String name, String type) {
    return column(name, type, Field.named(name));
  }

  private RecordFormatTest column(String name, String type, Encoding encoding) {
    return column(name, type, new Field(Part.VALUE, List.of(RecordFormat.path(name)), encoding));
  }

  private static Field at(Part part, String... paths) {
    return new Field(part, List.of(paths), Encoding.PLAIN);
  }

  private FlowHarness flow(Changes changes, String... key) throws Exception {
    FlowHarness flow =
        new FlowHarness(folder, CLOCK)
            .source(
                "t",
                "s",
                changes == Changes.NONE ? "at" : "",
                new Schema(columns),
                new RecordFormat(changes, List.of(key), fields));
    return flow.stream("all", "FROM t.s").open();
  }

  private static TopicRecords.Builder records() {
    return new TopicRecords.Builder("t.s", true);
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void columnsComeFromEveryPartOfARecord() throws Exception {
    column("at", "TIMESTAMPTZ", at(Part.TIMESTAMP))
        .column("ms", "BIGINT", at(Part.TIMESTAMP))
        .column("topic", "VARCHAR", at(Part.TOPIC))
        .column("part", "INTEGER", at(Part.PARTITION))
        .column("off", "BIGINT", at(Part.OFFSET))
        .column("k", "VARCHAR", at(Part.KEY, "$"))
        .column("trace", "VARCHAR", at(Part.HEADER, "trace-id"))
        .column("tries", "INTEGER", at(Part.HEADER, "tries"))
        .column("a", "INTEGER")
        .column("renamed", "VARCHAR", at(Part.VALUE, "$.\"b\"", "$.\"old_b\""))
        .column("raw", "VARCHAR", at(Part.VALUE, "$"));
    try (FlowHarness flow = flow(Changes.NONE)) {
      flow.run(
          List.of(
              records()
                  .add(3, 7, MILLIS, bytes("k1"), bytes("{\"a\":1,\"b\":\"x\"}"))
                  .header("trace-id", bytes("old"))
                  .header("trace-id", bytes("t1"))
                  .header("tries", bytes("2"))
                  .add(3, 8, MILLIS + 1, bytes("\"k2\""), bytes("{\"a\":2,\"old_b\":\"y\"}"))
                  .header("trace-id", null)
                  .add(3, 9, MILLIS + 2, null, bytes("{\"a\":3}"))
                  .add(3, 10, MILLIS, null, bytes("{\"a\":4}"))
                  .header("tries", bytes("many"))
                  .add(3, 11, MILLIS, new byte[] {-1}, bytes("{\"a\":5}"))
                  .build()));
      assertThat(flow.rows("SELECT * EXCLUDE (\"at\") FROM \"all\""))
          .containsExactly(
              MILLIS + "|t.s|3|7|k1|t1|2|1|x|{\"a\":1,\"b\":\"x\"}",
              (MILLIS + 1) + "|t.s|3|8|k2|null|null|2|y|{\"a\":2,\"old_b\":\"y\"}",
              (MILLIS + 2) + "|t.s|3|9|null|null|null|3|null|{\"a\":3}");
      assertThat(flow.rows("SELECT epoch_ms(\"at\") FROM \"all\" WHERE a = 2"))
          .containsExactly(Long.toString(MILLIS + 1));
      assertThat(
              flow.rows(
                  "SELECT \"offset\", reason, headers, epoch_ms(\"timestamp\") FROM store.system.rejected"))
          .containsExactly(
              "10|field `tries` is not of type INTEGER: many|{\"tries\":\"many\"}|" + MILLIS,
              "11|not valid UTF-8|null|" + MILLIS);
    }
  }

  @Test
  void columnsComeFromFieldsOfAKeyAndDeepInAValue() throws Exception {
    column("at", "TIMESTAMPTZ")
        .column("tenant", "INTEGER", at(Part.KEY, "$.\"tenant\""))
        .column("city", "VARCHAR", at(Part.VALUE, "$.\"user\".\"home\".\"city\""))
        .column("second", "INTEGER", at(Part.VALUE, "$.\"list\"[1]"));
    try (FlowHarness flow = flow(Changes.NONE)) {
      flow.run(
          List.of(
              records()
                  .add(
                      0,
                      0,
                      0,
                      bytes("{\"tenant\": 4}"),
                      bytes(
                          "{\"at\":\"%s\",\"user\":{\"home\":{\"city\":\"Köln\"}},\"list\":[1,2]}"
                              .formatted(NOON)))
                  .add(0, 1, 0, bytes("plain"), bytes("{\"at\":\"%s\"}".formatted(NOON)))
                  .build()));
      assertThat(flow.rows("SELECT tenant, city, second FROM \"all\""))
          .containsExactly("4|Köln|2", "null|null|null");
    }
  }

  @Test
  void valuesThatAreNoJsonAreRowsToo() throws Exception {
    column("at", "TIMESTAMPTZ", at(Part.TIMESTAMP))
        .column("line", "VARCHAR", at(Part.VALUE, "$"))
        .column("code", "INTEGER", at(Part.KEY, "$"));
    try (FlowHarness flow = flow(Changes.NONE)) {
      flow.run(
          List.of(
              records()
                  .add(0, 0, MILLIS, bytes("12"), bytes("GET / HTTP/1.1"))
                  .add(0, 1, MILLIS, bytes("x"), bytes("GET"))
                  .build()));
      assertThat(flow.rows("SELECT line, code FROM \"all\"")).containsExactly("GET / HTTP/1.1|12");
      assertThat(flow.rows("SELECT reason FROM store.system.rejected"))
          .containsExactly("field `code` is not of type INTEGER: x");
    }
  }

  @Test
  void everyTypeComesThrough() throws Exception {
    column("at", "TIMESTAMPTZ")
        .column("huge", "HUGEINT")
        .column("u", "UBIGINT")
        .column("f", "FLOAT")
        .column("dec", "DECIMAL(38,10)")
        .column("flag", "BOOLEAN")
        .column("id", "UUID")
        .column("d", "DATE")
        .column("t", "TIME")
        .column("ts", "TIMESTAMP")
        .column("iv", "INTERVAL")
        .column("doc", "JSON")
        .column("b64", "BLOB", Encoding.BASE64)
        .column("hex", "BLOB", Encoding.HEX)
        .column("mood", "ENUM('good', 'bad')")
        .column("list", "INTEGER[]")
        .column("rec", "STRUCT(a BIGINT, b STRUCT(c VARCHAR, d DECIMAL(10,2))[])")
        .column("map", "MAP(VARCHAR, DATE)")
        .column("us", "TIMESTAMPTZ", Encoding.MICROS)
        .column("ms", "TIMESTAMP", Encoding.MILLIS)
        .column("sec", "TIMESTAMPTZ", Encoding.SECONDS)
        .column("ns", "TIMESTAMPTZ", Encoding.NANOS)
        .column("day", "DATE", Encoding.DAYS)
        .column("tod", "TIME", Encoding.MICROS);
    String good =
        """
        {"at":"2026-01-01T11:59:59.123456+00:00","huge":170141183460469231731687303715884105727,
         "u":18446744073709551615,"f":0.5,"dec":"1234567890123456789012345678.0123456789","flag":true,
         "id":"0B0E5B3E-1111-4222-8333-444455556666","d":"2024-02-29","t":"23:59:59.999999",
         "ts":"2026-01-01T10:00:00.000001","iv":"1 day 02:00:00","doc":{"x":[1,null]},"b64":"AP8=","hex":"00ff",
         "mood":"bad","list":[1,null,3],"rec":{"a":1,"b":[{"c":"ü","d":1.25}]},"map":{"k":"2026-01-01"},
         "us":1767268800000001,"ms":1767268800001,"sec":1767268800.25,"ns":1767268800000001999,"day":20454,"tod":45296789000}""";
    try (FlowHarness flow = flow(Changes.NONE)) {
      List<String> bad =
          List.of(
              "\"id\":\"no\"",
              "\"mood\":\"so so\"",
              "\"hex\":\"0g\"",
              "\"hex\":\"000\"",
              "\"b64\":\"%\"",
              "\"list\":[\"x\"]",
              "\"tod\":86400000000",
              "\"us\":\"soon\"",
              "\"sec\":99999999999999999999999999",
              "\"day\":3000000000");
      TopicRecords.Builder records = records().add(0, 0, 0, null, bytes(good));
      for (int i = 0; i < bad.size(); i++) {
        records.add(0, i + 1, 0, null, bytes("{\"at\":\"" + NOON + "\"," + bad.get(i) + "}"));
      }
      flow.run(List.of(records.build()));
      assertThat(flow.rows("SELECT * FROM \"all\""))
          .containsExactly(
              String.join(
                  "|",
                  "2026-01-01T11:59:59.123456Z",
                  "170141183460469231731687303715884105727",
                  "18446744073709551615",
                  "0.5",
                  "1234567890123456789012345678.0123456789",
                  "true",
                  "0b0e5b3e-1111-4222-8333-444455556666",
                  "2024-02-29",
                  "23:59:59.999999",
                  "2026-01-01 10:00:00.000001",
                  "1 day 02:00:00",
                  "{\"x\":[1,null]}",
                  "\\x00\\xFF",
                  "\\x00\\xFF",
                  "bad",
                  "[1, NULL, 3]",
                  "{'a': 1, 'b': [{'c': ü, 'd': 1.25}]}",
                  "{k=2026-01-01}",
                  "2026-01-01T12:00:00.000001Z",
                  "2026-01-01 12:00:00.001",
                  "2026-01-01T12:00:00.250Z",
                  "2026-01-01T12:00:00.000001Z",
                  "2026-01-01",
                  "12:34:56.789"));
      assertThat(flow.rows("SELECT reason FROM store.system.rejected")).hasSize(bad.size());
    }
  }

  @Test
  void fractionsAreNoIntegers() throws Exception {
    column("at", "TIMESTAMPTZ", at(Part.TIMESTAMP))
        .column("n", "INTEGER")
        .column("u", "UTINYINT")
        .column("b", "BIGINT")
        .column("h", "HUGEINT")
        .column("day", "DATE", Encoding.DAYS)
        .column("l", "INTEGER[]")
        .column("m", "STRUCT(a BIGINT, f DOUBLE, m MAP(VARCHAR, SMALLINT))")
        .column("d", "DECIMAL(10,2)")
        .column("ms", "TIMESTAMP", Encoding.MILLIS)
        .column("flag", "BOOLEAN")
        .column("k", "INTEGER", at(Part.KEY, "$"));
    try (FlowHarness flow = flow(Changes.NONE)) {
      List<String> good =
          List.of(
              "\"n\":3,\"u\":7",
              "\"n\":3.0,\"u\":7.00,\"b\":-0.0",
              "\"n\":1e2,\"b\":1.25E+2,\"h\":120e-1",
              "\"n\":\"3.0\",\"b\":\"123456789012345678.9e1\",\"day\":1.0",
              "\"l\":[1.0,2e1,null],\"m\":{\"a\":9007199254740993,\"f\":0.5,\"m\":{\"x.5\":2.0}}",
              "\"d\":1.005,\"ms\":1.5,\"flag\":1",
              "\"d\":\"-1.005\",\"flag\":\"no\"");
      List<String> bad =
          List.of(
              "\"n\":3.5",
              "\"n\":1e-1",
              "\"n\":\"3.5\"",
              "\"n\":true",
              "\"u\":0.5",
              "\"b\":1.25e1",
              "\"b\":\"9007199254740993.5\"",
              "\"h\":2.000001",
              "\"day\":1.5",
              "\"l\":[1,2.5]",
              "\"m\":{\"a\":1.5,\"f\":1,\"m\":{}}",
              "\"m\":{\"a\":1,\"f\":1,\"m\":{\"x\":1e-1}}",
              "\"flag\":2");
      TopicRecords.Builder records = records();
      int offset = 0;
      for (String fields : good) {
        records.add(0, offset++, MILLIS, null, bytes("{" + fields + "}"));
      }
      for (String fields : bad) {
        records.add(0, offset++, MILLIS, null, bytes("{" + fields + "}"));
      }
      records.add(0, offset++, MILLIS, bytes("3.5"), bytes("{}"));
      flow.run(List.of(records.build()));
      assertThat(flow.rows("SELECT * EXCLUDE (\"at\", k) FROM \"all\""))
          .containsExactlyInAnyOrder(
              "3|7|null|null|null|null|null|null|null|null",
              "3|7|0|null|null|null|null|null|null|null",
              "100|null|125|12|null|null|null|null|null|null",
              "3|null|1234567890123456789|null|1970-01-02|null|null|null|null|null",
              "null|null|null|null|null|[1, 20, NULL]|{'a': 9007199254740993, 'f': 0.5, 'm': {x.5=2}}|null|null|null",
              "null|null|null|null|null|null|null|1.01|1970-01-01 00:00:00.0015|true",
              "null|null|null|null|null|null|null|-1.01|null|false");
      assertThat(flow.rows("SELECT reason FROM store.system.rejected ORDER BY \"offset\""))
          .hasSize(bad.size() + 1)
          .contains(
              "field `n` is not of type INTEGER: 3.5", "field `k` is not of type INTEGER: 3.5");
    }
  }

  @Test
  void fieldsThatAreNoColumnAreKept() throws Exception {
    column("at", "TIMESTAMPTZ")
        .column("a", "INTEGER", at(Part.VALUE, "$.\"a\"", "$.\"old a\""))
        .column("rest", "JSON", at(Part.REST));
    try (FlowHarness flow = flow(Changes.NONE)) {
      String time = "{\"at\":\"" + NOON + "\"";
      flow.run(
          List.of(
              records()
                  .add(0, 0, 0, null, bytes(time + ",\"a\":1}"))
                  .add(0, 1, 0, null, bytes(time + ",\"old a\":2,\"new\":{\"x\":[1]},\"b\":null}"))
                  .add(0, 2, 0, null, bytes(time + ",\"a\":3,\"od\\\"d\\\\\":\"\\n\"}"))
                  .build()));
      assertThat(flow.rows("SELECT a, rest FROM \"all\""))
          .containsExactly(
              "1|null", "2|{\"new\":{\"x\":[1]},\"b\":null}", "3|{\"od\\\"d\\\\\":\"\\n\"}");
    }
  }

  @Test
  void upsertsAndTombstonesChangeRows() throws Exception {
    column("id", "INTEGER").column("name", "VARCHAR");
    try (FlowHarness flow = flow(Changes.UPSERT, "id")) {
      flow.run(
          List.of(
              records()
                  .add(0, 0, 0, bytes("1"), bytes("{\"id\":1,\"name\":\"a\"}"))
                  .add(0, 1, 0, bytes("2"), bytes("{\"name\":\"b\"}"))
                  .add(0, 2, 0, bytes("{\"id\":3}"), bytes("{\"name\":\"c\"}"))
                  .add(0, 3, 0, bytes("9"), null)
                  .add(0, 4, 0, (byte[]) null, (byte[]) null)
                  .add(0, 5, 0, null, bytes("{\"name\":\"nobody\"}"))
                  .build()));
      assertThat(flow.rows("FROM \"all\"")).containsExactly("1|a", "2|b", "3|c");
      assertThat(flow.rows("SELECT \"offset\", reason FROM store.system.rejected"))
          .containsExactly(
              "4|the record has neither key nor value", "5|key column `id` is missing");
      flow.run(
          List.of(
              records()
                  .add(0, 6, 0, bytes("1"), bytes("null"))
                  .add(0, 7, 0, bytes("2"), bytes("{\"name\":\"b\"}"))
                  .add(0, 8, 0, bytes("3"), bytes("{\"name\":\"cc\"}"))
                  .build()));
      assertThat(flow.rows("FROM \"all\"")).containsExactly("2|b", "3|cc");
      assertThat(flow.rows("SELECT \"rows\", ignored FROM store.system.sources"))
          .containsExactly("7|1");
      // One row was deleted and one replaced; a record that said nothing new changed nothing.
      assertThat(flow.rows("SELECT changes FROM store.system.streams")).containsExactly("6");
    }
  }

  @Test
  void changeDataHasNoWatermarkAfterARestartEither() throws Exception {
    column("id", "INTEGER").column("name", "VARCHAR");
    for (int i = 0; i < 3; i++) {
      try (FlowHarness flow = flow(Changes.UPSERT, "id")) {
        flow.run(List.of(records().add(0, i, 0, null, bytes("{\"id\":" + i + "}")).build()));
        assertThat(flow.rows("SELECT \"rows\", watermark FROM store.system.sources"))
            .containsExactly((i + 1) + "|null");
      }
    }
  }

  @Test
  void aPartitionWithoutARowHasNoTimeAfterARestartEither() throws Exception {
    column("at", "TIMESTAMPTZ");
    for (int i = 0; i < 3; i++) {
      try (FlowHarness flow = flow(Changes.NONE)) {
        flow.run(List.of(records().add(0, i, 0, null, bytes("{}")).build()));
        assertThat(flow.rows("SELECT rejected, watermark FROM store.system.sources"))
            .containsExactly((i + 1) + "|null");
      }
    }
  }

  @Test
  void aTimeIsTheSameKeyHoweverItIsWritten() throws Exception {
    column("id", "INTEGER").column("at", "TIMESTAMP").column("name", "VARCHAR");
    try (FlowHarness flow = flow(Changes.UPSERT, "id", "at")) {
      flow.run(
          List.of(
              records()
                  .add(0, 0, 0, null, change("2026-01-01T12:00:00", "a"))
                  .add(0, 1, 0, null, change("2026-01-01 12:00:00.000", "b"))
                  .add(0, 2, 0, null, change("2026-01-01T12:00:00", "say \\\"c\\\""))
                  .add(0, 3, 0, null, change("2026-01-01T12:00:01", "d"))
                  .build()));
      assertThat(flow.rows("SELECT name FROM \"all\"")).containsExactly("d", "say \"c\"");
      flow.run(List.of(records().add(0, 4, 0, null, change("2026-01-01 12:00:00", "e")).build()));
      assertThat(flow.rows("SELECT name FROM \"all\"")).containsExactly("d", "e");
    }
  }

  private static byte @Nullable [] change(String at, String name) {
    return bytes("{\"id\":1,\"at\":\"%s\",\"name\":\"%s\"}".formatted(at, name));
  }

  @Test
  void aRejectedChangeDoesNotOverwriteANewerOneWhenItIsTriedAgain() throws Exception {
    column("id", "INTEGER").column("name", "VARCHAR").column("n", "INTEGER");
    try (FlowHarness flow = flow(Changes.UPSERT, "id")) {
      String bad = "{\"name\":\"old\",\"n\":\"bad\"}";
      flow.run(
          List.of(
              records()
                  .add(0, 0, 0, bytes("1"), bytes("{\"name\":\"one\",\"n\":1}"))
                  .add(0, 1, 0, bytes("2"), bytes("{\"name\":\"two\",\"n\":1}"))
                  .add(0, 2, 0, bytes("1"), bytes(bad))
                  .add(0, 3, 0, bytes("2"), bytes(bad))
                  .add(0, 4, 0, bytes("3"), bytes(bad))
                  .add(0, 5, 0, bytes("4"), bytes(bad))
                  .build()));
      flow.run(
          List.of(
              records()
                  .add(0, 6, 0, bytes("1"), bytes("{\"name\":\"one\",\"n\":1}"))
                  .add(0, 7, 0, bytes("2"), null)
                  .add(0, 8, 0, bytes("3"), null)
                  .build()));
      assertThat(flow.rows("FROM \"all\"")).containsExactly("1|one|1");
      flow.writer()
          .transact(
              t -> {
                t.execute(
                    "UPDATE store.system.rejected SET value = '{\"name\":\"old\",\"n\":2}'::BLOB");
                return true;
              });
      flow.replay();
      assertThat(flow.rows("FROM \"all\"")).containsExactly("1|one|1", "4|old|2");
      assertThat(flow.rows("SELECT replay, count(*) FROM store.system.rejected GROUP BY 1"))
          .containsExactly("done|4");
    }
  }

  @Test
  void changeEventsOfDebeziumChangeRows() throws Exception {
    column("id", "INTEGER")
        .column("name", "VARCHAR")
        .column("at", "BIGINT", at(Part.ENVELOPE, "$.\"source\".\"ts_ms\""));
    try (FlowHarness flow = flow(Changes.DEBEZIUM, "id")) {
      flow.run(
          List.of(
              records()
                  .add(
                      0,
                      0,
                      0,
                      bytes("{\"schema\":{},\"payload\":{\"id\":1}}"),
                      bytes(
                          "{\"schema\":{},\"payload\":{\"op\":\"r\",\"after\":{\"id\":1,\"name\":\"a\"},\"source\":{\"ts_ms\":5}}}"))
                  .add(
                      0,
                      1,
                      0,
                      null,
                      bytes("{\"op\":\"c\",\"before\":null,\"after\":{\"id\":2,\"name\":\"b\"}}"))
                  .add(0, 2, 0, null, bytes("{\"op\":\"t\"}"))
                  .add(0, 3, 0, null, bytes("{\"id\":2}"))
                  .add(0, 4, 0, null, bytes("{\"op\":\"q\"}"))
                  .build()));
      assertThat(flow.rows("FROM \"all\"")).containsExactly("1|a|5", "2|b|null");
      assertThat(flow.rows("SELECT reason FROM store.system.rejected"))
          .containsExactly(
              "a truncation, which cannot be applied",
              "not a change event: it has no `op`",
              "unknown `op` q");
      flow.run(
          List.of(
              records()
                  .add(0, 5, 0, bytes("{\"id\":2}"), bytes("{\"op\":\"d\",\"before\":null}"))
                  .add(0, 6, 0, bytes("{\"id\":2}"), null)
                  .add(0, 7, 0, bytes("{\"schema\":{},\"payload\":{\"id\":1}}"), null)
                  .build()));
      assertThat(flow.rows("FROM \"all\"")).isEmpty();
      assertThat(flow.rows("SELECT ignored FROM store.system.sources")).containsExactly("0");
    }
  }
}
