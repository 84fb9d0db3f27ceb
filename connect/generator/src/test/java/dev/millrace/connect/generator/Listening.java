package dev.millrace.connect.generator;

import static dev.millrace.connect.generator.Generated.block;
import static dev.millrace.connect.generator.Generated.schema;
import static dev.millrace.connect.generator.Generated.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.connect.SourceRecord;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.option.Options;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A small music service: listeners who look at pages, hear songs, upgrade and leave. */
final class Listening {
  static final int SONGS = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private Listening() {}

  /**
   * What somebody did, read back from a record.
   *
   * @param stream of the record
   */
  record Visit(
      String stream,
      String user,
      String level,
      long session,
      int item,
      String page,
      String title,
      double seconds,
      Instant registered,
      Instant at) {}

  /** Options of the source: {@code actors} with these blocks in place of, or besides, its own. */
  static Options options(Map<String, Object> given, Object... actors) {
    Map<String, Object> all = new HashMap<>(Map.of("seed", 42L));
    all.putAll(given);
    Map<String, Object> merged = actors();
    merged.putAll(block(actors));
    all.put("actors", merged);
    return Generated.options(all);
  }

  /** From the first of January 2026, a Thursday, for some days. */
  static Options january(int days, Object... actors) {
    return options(
        Map.of("start", "2026-01-01", "end", "2026-01-%02d".formatted(1 + days)), actors);
  }

  private static Map<String, Object> actors() {
    return block(
        "population",
        300,
        "since",
        block("uniform", block("from", "1 day", "to", "100 days")),
        "signups",
        block("per_day", 30, "growth", "0%"),
        "catalogues",
        block(
            "songs",
            block(
                "rows",
                SONGS,
                "zipf",
                0.9,
                "fields",
                block(
                    "title", block("sequence", "song-%d"),
                    "seconds", block("uniform", block("from", 100, "to", 300))))),
        "attributes",
        block(
            "user", block("sequence", "user-%05d"),
            "level", block("choice", block("free", 80, "paid", 20)),
            "registered", block("event_time", true)),
        "sessions",
        block(
            "between",
            block("lognormal", block("median", "12 hours", "sigma", 0.8)),
            "first",
            block("Home", 1),
            "welcome",
            block("Register", 1)),
        "states",
        states());
  }

  private static Map<String, Object> states() {
    Map<String, Object> free = block("level", "free");
    List<Object> fromHome =
        List.of(
            block("when", free, "to", block("Play", 70, "Upgrade", 5, "end", 25)),
            block("to", block("Play", 90, "Leave", 2, "end", 8)));
    return block(
        "Register", block("emits", "views", "stay", "30 seconds", "next", block("Home", 1)),
        "Home",
            block(
                "emits",
                List.of("views"),
                "stay",
                block("lognormal", block("median", "20 seconds", "sigma", 1)),
                "next",
                fromHome),
        "Play",
            block(
                "emits",
                List.of("views", "plays"),
                "item",
                "songs",
                "stay",
                block("item", "songs.seconds"),
                "next",
                block("Play", 60, "Home", 40)),
        "Upgrade",
            block(
                "emits",
                "views",
                "stay",
                "10 seconds",
                "set",
                block("level", "paid"),
                "next",
                block("Home", 1)),
        "Leave", block("emits", "views", "stay", "1 second", "leaves", true));
  }

  /** Both streams, with these blocks besides. */
  static List<StreamDeclaration> streams(Object... more) {
    return List.of(declared("views", more), declared("plays", more));
  }

  private static StreamDeclaration declared(String name, Object... more) {
    Map<String, Object> generate =
        block(
            "key",
            "user",
            "fields",
            block(
                "user", block("actor", "user"),
                "level", block("actor", "level"),
                "registered", block("actor", "registered"),
                "session", block("session", "id"),
                "item", block("session", "item"),
                "page", block("state", "name"),
                "title", block("item", "songs.title"),
                "seconds", block("state", "seconds"),
                "at", block("event_time", true)));
    generate.putAll(block(more));
    StreamDeclaration plain =
        stream(
            name,
            schema(
                "user",
                "VARCHAR",
                "level",
                "VARCHAR",
                "registered",
                "TIMESTAMPTZ",
                "session",
                "BIGINT",
                "item",
                "INTEGER",
                "page",
                "VARCHAR",
                "title",
                "VARCHAR",
                "seconds",
                "DOUBLE",
                "at",
                "TIMESTAMPTZ"));
    return new StreamDeclaration(name, plain.schema(), Map.of("generate", generate));
  }

  /** Everything that a source with an end has. */
  static List<Visit> visits(Options options, List<StreamDeclaration> streams) {
    return read(Generated.all(options, streams));
  }

  static List<Visit> read(List<SourceRecord> records) {
    List<Visit> visits = new ArrayList<>();
    for (SourceRecord record : records) {
      visits.add(visit(record));
    }
    return visits;
  }

  private static Visit visit(SourceRecord record) {
    try {
      JsonNode n = JSON.readTree(Generated.json(record));
      return new Visit(
          record.stream(),
          n.get("user").textValue(),
          n.get("level").textValue(),
          n.get("session").longValue(),
          n.get("item").intValue(),
          n.get("page").textValue(),
          n.get("title").asText(),
          n.get("seconds").doubleValue(),
          Instant.parse(n.get("registered").textValue()),
          Instant.parse(n.get("at").textValue()));
    } catch (JsonProcessingException e) {
      throw new AssertionError(Generated.json(record), e);
    }
  }
}
