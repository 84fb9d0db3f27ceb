package dev.millrace.sql;

import dev.millrace.testing.nexmark.NexmarkEvent;
import dev.millrace.testing.nexmark.NexmarkEvent.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Nexmark's sources, and its queries as they stand in {@code benchmarks/nexmark/models}. */
final class Nexmark {
  private static final Path MODELS = Path.of("..", "benchmarks", "nexmark", "models");

  private static final Map<Kind, String> COLUMNS =
      Map.of(
          Kind.PERSON,
          "id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR,"
              + " state VARCHAR, dateTime TIMESTAMPTZ, extra VARCHAR",
          Kind.AUCTION,
          "id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT,"
              + " dateTime TIMESTAMPTZ, expires TIMESTAMPTZ, seller BIGINT, category BIGINT,"
              + " extra VARCHAR",
          Kind.BID,
          "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR,"
              + " dateTime TIMESTAMPTZ, extra VARCHAR");

  private Nexmark() {}

  /** Declares the three sources. */
  static void addSources(Pipeline pipeline) throws SQLException {
    for (Kind kind : Kind.values()) {
      pipeline.source(source(kind), columns(kind), "dateTime", "4 seconds");
    }
  }

  static String source(Kind kind) {
    return "nexmark." + kind.stream();
  }

  private static String columns(Kind kind) {
    return COLUMNS.getOrDefault(kind, "");
  }

  /** A model with the names of its sources in place of its templates. */
  static String query(String name) throws IOException {
    String model = Files.readString(MODELS.resolve(name + ".sql"));
    String sql =
        model
            .replaceAll("\\{\\{ config\\([^}]*\\) }}", "")
            .replaceAll("\\{\\{ source\\('(\\w+)', '(\\w+)'\\) }}", "\"$1\".\"$2\"");
    if (sql.contains("{{")) {
      throw new IllegalStateException(
          name + " has a template that this test does not know: " + sql);
    }
    return sql;
  }

  /** Events as {@link Pipeline#batch} takes them. */
  static Map<String, String> rows(List<NexmarkEvent> events) {
    return events.stream()
        .collect(Collectors.groupingBy(event -> source(event.kind())))
        .entrySet()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> select(entry.getValue())));
  }

  private static String select(List<NexmarkEvent> events) {
    String type =
        columns(events.get(0).kind()).replaceAll("(\\w+) (\\w+)", "\"$1\":\"$2\"").strip();
    String values =
        events.stream().map(event -> "('" + event.json() + "')").collect(Collectors.joining(", "));
    return "SELECT unnest(json_transform(e, '{" + type + "}')) FROM (VALUES " + values + ") v(e)";
  }
}
