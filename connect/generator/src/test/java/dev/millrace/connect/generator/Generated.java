package dev.millrace.connect.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.SourceRecord;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Configurations as a project would pass them, and what comes out of them. */
final class Generated {
  private Generated() {}

  /** Options of the source with the defaults filled in. */
  static Options options(Map<String, Object> given) {
    List<Option> declared = new GeneratorConnector().sourceOptions();
    Map<String, Object> values = new HashMap<>();
    for (Option option : declared) {
      String text = option.defaultText();
      if (text != null) {
        values.put(
            option.name(),
            option.type() == OptionType.NUMBER
                ? (Object) Double.valueOf(text)
                : option.type() == OptionType.INTEGER
                    ? (Object) Long.valueOf(text)
                    : Boolean.valueOf(text));
      }
    }
    values.putAll(given);
    return new Options(declared, values);
  }

  /** Name, type, name, type ... */
  static Schema schema(String... columns) {
    List<Column> list = new ArrayList<>();
    for (int i = 0; i < columns.length; i += 2) {
      list.add(new Column(columns[i], DataTypeParser.parse(columns[i + 1]).orElseThrow()));
    }
    return new Schema(list);
  }

  /** Key, value, key, value ..., in order. */
  static Map<String, Object> block(Object... entries) {
    Map<String, Object> block = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      block.put((String) entries[i], entries[i + 1]);
    }
    return block;
  }

  static StreamDeclaration stream(String name, Schema schema, Object... generate) {
    return new StreamDeclaration(name, schema, Map.of("generate", block(generate)));
  }

  /** The two streams of the ads example. */
  static List<StreamDeclaration> ads() {
    Map<String, Object> late =
        block("share", "2%", "by", block("from", "15 seconds", "to", "90 seconds"));
    Map<String, Object> duplicates = block("share", "1%", "within", "20 seconds");
    return List.of(
        stream(
            "impressions",
            schema(
                "impression_id", "VARCHAR",
                "campaign_id", "INTEGER",
                "user_id", "VARCHAR",
                "country", "VARCHAR",
                "device", "VARCHAR",
                "cost", "DECIMAL(10,6)",
                "shown_at", "TIMESTAMPTZ"),
            "fields",
            block(
                "impression_id", block("sequence", "imp-%010d"),
                "campaign_id", block("zipf", block("from", 1, "to", 40, "exponent", 1.1)),
                "user_id",
                    block(
                        "zipf",
                        block("from", 1, "to", 200_000, "exponent", 0.8, "format", "user-%06d")),
                "country", block("choice", block("DE", 30, "FR", 20, "NL", 12, "PL", 38)),
                "device", block("choice", block("mobile", 62, "desktop", 30, "tablet", 8)),
                "cost", block("uniform", block("from", 0.0005, "to", 0.012, "decimals", 6)),
                "shown_at", block("event_time", true)),
            "key",
            "impression_id",
            "disorder",
            "3 seconds",
            "late",
            late,
            "malformed",
            "1%",
            "duplicates",
            duplicates),
        stream(
            "clicks",
            schema("click_id", "VARCHAR", "impression_id", "VARCHAR", "clicked_at", "TIMESTAMPTZ"),
            "follows",
            block(
                "stream", "impressions",
                "share", "12%",
                "delay",
                    block(
                        "lognormal",
                        block("median", "8 seconds", "sigma", 1.2, "max", "15 minutes"))),
            "fields",
            block(
                "click_id", block("sequence", "clk-%010d"),
                "impression_id", block("field", "impression_id"),
                "clicked_at", block("event_time", true)),
            "key",
            "impression_id",
            "disorder",
            "3 seconds",
            "late",
            late,
            "malformed",
            "1%",
            "duplicates",
            duplicates));
  }

  static Source open(
      Options options, List<StreamDeclaration> streams, Optional<String> position, Clock clock) {
    Options none = new Options(List.of(), Map.of());
    return new GeneratorConnector()
        .open(new SourceContext("test", none, options, streams, position, clock));
  }

  /** Everything that a bounded source has. */
  static List<SourceRecord> all(Options options, List<StreamDeclaration> streams) {
    List<SourceRecord> records = new ArrayList<>();
    try (Source source = open(options, streams, Optional.empty(), Clock.systemUTC())) {
      SourceBatch batch;
      do {
        batch = source.poll(Duration.ofMillis(10));
        records.addAll(batch.records());
      } while (!batch.ended());
    }
    return records;
  }

  static List<String> texts(List<SourceRecord> records) {
    return records.stream().map(Generated::text).toList();
  }

  static String text(SourceRecord record) {
    byte[] key = record.key();
    byte[] value = record.value();
    return record.stream()
        + " "
        + (key == null ? "-" : new String(key, UTF_8))
        + " "
        + (value == null ? "-" : new String(value, UTF_8));
  }

  static String json(SourceRecord record) {
    byte[] value = record.value();
    return value == null ? "" : new String(value, UTF_8);
  }
}
