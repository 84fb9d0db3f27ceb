package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A query of {@code benchmarks/nexmark}: the model, and how other engines write it where they
 * differ.
 *
 * @param name {@code q0} to {@code q22}
 * @param model the model's text
 * @param folder {@code benchmarks/nexmark}
 */
record NexmarkQuery(String name, String model, Path folder) {
  private static final Pattern SOURCE =
      Pattern.compile("\\{\\{ source\\('nexmark', '(\\w+)'\\) }}");

  /** What the standard leaves open: of equal rows anyone may be chosen, so these columns differ. */
  private static final Map<String, Set<String>> OPEN =
      Map.of("q9", Set.of("bidder"), "q18", Set.of("price"), "q19", Set.of("bidder"));

  static NexmarkQuery of(Workplace place, String name) throws IOException {
    Path folder = place.benchmarks().resolve("nexmark");
    Path model = folder.resolve("models").resolve(name + ".sql");
    if (!Files.exists(model)) {
      throw new IllegalArgumentException("Nexmark has no query " + name + ": q0 to q22");
    }
    return new NexmarkQuery(name, Files.readString(model), folder);
  }

  /** All 23. */
  static List<String> names() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i <= 22; i++) {
      names.add("q" + i);
    }
    return names;
  }

  /** What it is about: the first words of the model's comment. */
  String title() {
    return model
        .lines()
        .filter(line -> line.startsWith("-- "))
        .findFirst()
        .map(line -> line.substring(3).split("[:,.;]", 2)[0])
        .orElse(name);
  }

  /** The streams that it reads, as its sources call them. */
  Set<String> streams() {
    Set<String> streams = new TreeSet<>();
    Matcher matcher = SOURCE.matcher(model);
    while (matcher.find()) {
      streams.add(matcher.group(1));
    }
    return streams;
  }

  /** Whether bids, 46 of 50 events, are among what it reads. */
  boolean readsBids() {
    return streams().contains("bid");
  }

  /** For DuckDB, over tables that are called as the streams are. */
  String duckDb() throws IOException {
    Path own = folder.resolve("duckdb").resolve(name + ".sql");
    return Files.exists(own)
        ? Files.readString(own)
        : SOURCE.matcher(model.replaceFirst("\\{\\{ config\\([^}]*\\) }}", "")).replaceAll("$1");
  }

  /** Flink's file, unless Flink cannot run it. */
  Optional<Path> flink() {
    return Optional.of(folder.resolve("flink").resolve(name + ".sql")).filter(Files::exists);
  }

  /** Whether a column of whole numbers adds up to the same in every correct result. */
  boolean isSettled(String column) {
    return !OPEN.getOrDefault(name, Set.of()).contains(column);
  }
}
