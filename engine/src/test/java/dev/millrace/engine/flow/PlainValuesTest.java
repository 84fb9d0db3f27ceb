package dev.millrace.engine.flow;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import dev.millrace.testing.Seeds;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Values that are decoded from their bytes are those that DuckDB decodes: each comes in a plain
 * record, and in one with an escape in the field's name, which makes it DuckDB's.
 */
class PlainValuesTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final int VALUES = 400;

  @TempDir Path folder;

  private final Random random = Seeds.random("PlainValuesTest");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "VARCHAR",
        "UUID",
        "TINYINT",
        "INTEGER",
        "BIGINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "FLOAT",
        "DOUBLE",
        "DECIMAL(9,2)",
        "BOOLEAN",
        "DATE",
        "TIMESTAMP",
        "TIMESTAMPTZ"
      })
  void areThoseOfDuckDb(String type) throws Exception {
    List<String> values = new ArrayList<>();
    TopicRecords.Builder records = new TopicRecords.Builder("t.s", true);
    for (int i = 0; i < VALUES; i++) {
      values.add(
          value() + pick("", "", ",\"w\":1", " ", " ,\"w\":\"}\"", "\t", "\n,\"w\":0", " 2", "\\"));
      records.add(0, 2L * i, 0, null, record("v", values.get(i)));
      records.add(0, 2L * i + 1, 0, null, record("\\u0076", values.get(i)));
    }
    Map<Long, String> outcomes = new HashMap<>();
    try (FlowHarness flow = flow(type)) {
      flow.run(List.of(records.build()));
      for (String row : flow.rows("SELECT off, v::VARCHAR FROM \"all\"")) {
        outcomes.put(offset(row), row.substring(row.indexOf('|')));
      }
      for (String row : flow.rows("SELECT \"offset\", reason FROM store.system.rejected")) {
        outcomes.put(offset(row), row.substring(row.indexOf('|')));
      }
    }
    assertThat(outcomes).hasSize(2 * VALUES);
    for (int i = 0; i < VALUES; i++) {
      assertThat(outcomes.get(2L * i)).as(values.get(i)).isEqualTo(outcomes.get(2L * i + 1));
    }
    assertThat(outcomes.values().stream().filter(o -> !o.contains("field")).distinct())
        .hasSizeGreaterThan(1);
  }

  private static long offset(String row) {
    return Long.parseLong(row.substring(0, row.indexOf('|')));
  }

  private static byte[] record(String name, String value) {
    return "{\"at\":\"%s\",\"%s\":%s}".formatted(NOON, name, value).getBytes(UTF_8);
  }

  private FlowHarness flow(String type) throws Exception {
    Schema schema =
        new Schema(
            List.of(column("at", "TIMESTAMPTZ"), column("off", "BIGINT"), column("v", type)));
    List<Field> fields =
        List.of(
            Field.named("at"), new Field(Part.OFFSET, List.of(), Encoding.PLAIN), Field.named("v"));
    return new FlowHarness(folder, Clock.fixed(NOON, ZoneOffset.UTC))
        .source("t", "s", "at", schema, new RecordFormat(Changes.NONE, List.of(), fields)).stream(
                "all", "FROM t.s")
            .open();
  }

  private static Column column(String name, String type) {
    return new Column(name, DataTypeParser.parse(type).orElseThrow());
  }

  private String value() {
    return switch (random.nextInt(11)) {
      case 0 -> pick("true", "false", "null", "\"\"", "\"true\"", "\"a b\"", "\"null\"", "\"nan\"");
      case 1 -> Long.toString(edge(1L << pick(7, 8, 15, 16, 31, 32, 62, 63)));
      case 2 -> Long.toString(random.nextInt(600) - 300);
      case 3 -> (random.nextInt(20_000) - 10_000) / 100.0 + pick("", "", "0", "5", "e3", "E-2");
      case 4 -> pick("-0", "0.0", "1e39", "1e309", "-1e-50", "16777217", "0.1", "3.4028236e38");
      case 5 -> "\"" + Integer.toString(random.nextInt(1000)) + "\"";
      case 6 -> "\"" + pick(uuid(), uuid(), "{" + uuid() + "}", uuid().substring(1)) + "\"";
      case 7 -> "\"" + uuid().toUpperCase(Locale.ROOT) + "\"";
      case 8 ->
          pick(
              "01",
              "-",
              "-01",
              "00",
              "9".repeat(18),
              "9".repeat(19),
              "-" + "9".repeat(18),
              "1e2",
              "+1");
      default -> "\"" + time() + "\"";
    };
  }

  private long edge(long power) {
    return (random.nextBoolean() ? power : -power) + random.nextInt(3) - 1;
  }

  private String uuid() {
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  private String time() {
    String day =
        String.format(
            Locale.ROOT,
            "%04d-%02d-%02d",
            pick(1, 1969, 1970, 2000, 2024, 2026, 9999),
            1 + random.nextInt(pick(12, 12, 13)),
            1 + random.nextInt(pick(28, 31, 32)));
    String clock =
        String.format(
            Locale.ROOT,
            "%02d:%02d:%02d",
            random.nextInt(pick(24, 24, 26)),
            random.nextInt(pick(60, 60, 61)),
            random.nextInt(pick(60, 60, 61)));
    return day
        + pick("", pick("T", " ", "t") + clock + pick("", ".5", ".123456", ".1234567", "."))
        + pick("", "", "Z", "+02:00", " UTC", "x");
  }

  @SafeVarargs
  private <T> T pick(T... values) {
    return values[random.nextInt(values.length)];
  }
}
