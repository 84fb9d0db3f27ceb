package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Nexmark's queries over the same preloaded topics: each alone, in Millrace and in Flink in a
 * process of its own, one after the other, and all of them in DuckDB over the records in memory.
 */
final class NexmarkBenchmark {
  private static final Duration LIMIT = Duration.ofMinutes(15);

  private final Workplace place;
  private final long events;
  private final List<NexmarkQuery> queries;
  private final List<String> systems;

  /**
   * A benchmark that {@link #run} runs.
   *
   * @param names of the queries
   * @param systems of {@code limit}, {@code millrace}, {@code flink}
   */
  NexmarkBenchmark(Workplace place, long events, List<String> names, List<String> systems)
      throws IOException {
    this.place = place;
    this.events = events;
    this.systems = systems;
    this.queries = new ArrayList<>();
    for (String name : names) {
      queries.add(NexmarkQuery.of(place, name));
    }
    for (String system : systems) {
      if (!List.of("limit", "millrace", "flink").contains(system)) {
        throw new IllegalArgumentException(
            "no system " + system + "; there are limit, millrace, flink");
      }
    }
  }

  void run() throws Exception {
    NexmarkReport report = new NexmarkReport(place, events);
    for (boolean bids : List.of(true, false)) {
      List<NexmarkQuery> some = queries.stream().filter(q -> q.readsBids() == bids).toList();
      if (!some.isEmpty()) {
        try (NexmarkTopics topics = NexmarkTopics.preloaded(place, events, bids)) {
          run(some, topics, report);
        }
      }
    }
    report.write(queries);
  }

  private void run(List<NexmarkQuery> some, NexmarkTopics topics, NexmarkReport report)
      throws Exception {
    String servers = topics.servers();
    Map<String, NexmarkRun> limit = systems.contains("limit") ? limit(some, servers) : Map.of();
    for (NexmarkQuery query : some) {
      Map<String, NexmarkRun> runs = new LinkedHashMap<>();
      Optional.ofNullable(limit.get(query.name())).ifPresent(run -> runs.put("limit", run));
      if (systems.contains("millrace")) {
        attempt("millrace", query, runs, () -> millrace(query, servers));
      }
      if (systems.contains("flink") && query.flink().isPresent()) {
        attempt("flink", query, runs, () -> flink(query, query.flink().get(), servers));
      }
      report.add(query, topics.events(query.streams()), runs);
    }
  }

  private interface Attempt {
    NexmarkRun run() throws Exception;
  }

  /** A query that one system cannot run does not keep the others from being measured. */
  private static void attempt(
      String system, NexmarkQuery query, Map<String, NexmarkRun> runs, Attempt attempt)
      throws Exception {
    try {
      NexmarkRun run = attempt.run();
      runs.put(system, run);
      System.out.printf(
          "%s %s: %.1f s, %d rows, %d MB%n",
          query.name(), system, run.seconds(), run.rows(), run.peakBytes() >> 20);
    } catch (IllegalStateException e) {
      System.out.println(query.name() + " " + system + ": " + e.getMessage());
    }
  }

  private Map<String, NexmarkRun> limit(List<NexmarkQuery> some, String servers) throws Exception {
    List<String> main = new ArrayList<>();
    main.addAll(List.of(NexmarkLimit.class.getName(), servers, place.root().toString()));
    some.forEach(query -> main.add(query.name()));
    Map<String, NexmarkRun> runs = new LinkedHashMap<>();
    List<String> jvm = List.of("-Xmx4g", "-XX:+UseParallelGC");
    try (ChildProcess child = ChildProcess.java(place, "nexmark-limit", "harness", jvm, main)) {
      for (NexmarkQuery query : some) {
        String name = query.name();
        long rows = Long.parseLong(child.await(name + ".rows", LIMIT));
        double seconds = Double.parseDouble(child.await(name + ".seconds", LIMIT));
        double cpu = Double.parseDouble(child.await(name + ".cpu", LIMIT));
        Map<String, Long> sums = NexmarkRun.sums(child.await(name + ".sums", LIMIT));
        runs.put(name, new NexmarkRun(seconds, seconds, 0, cpu, rows, 0, sums));
        System.out.printf("%s limit: %.1f s, %d rows%n", name, seconds, rows);
      }
      child.join(LIMIT);
    }
    return runs;
  }

  private NexmarkRun millrace(NexmarkQuery query, String servers) throws Exception {
    Path project = folder("millrace", query);
    NexmarkProject.of(query, project, servers);
    MillraceRun run =
        MillraceRun.untilIdle(place, "nexmark-millrace-" + query.name(), project, Map.of());
    List<String> columns =
        MillraceRun.ask(
            place,
            project,
            "SELECT column_name FROM information_schema.columns WHERE table_name = '"
                + query.name()
                + "' AND table_schema = 'main' AND data_type = 'BIGINT' ORDER BY ordinal_position");
    StringBuilder sql = new StringBuilder("SELECT count(*)");
    columns.forEach(column -> sql.append(", coalesce(sum(\"").append(column).append("\"), 0)"));
    String[] values =
        MillraceRun.ask(place, project, sql + " FROM " + query.name()).get(0).split(",", -1);
    Map<String, Long> sums = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      sums.put(columns.get(i), Long.parseLong(values[i + 1]));
    }
    String changes =
        MillraceRun.ask(
                place,
                project,
                "SELECT sum(changes) FROM system.streams WHERE stream = '" + query.name() + "'")
            .get(0);
    // The store is as large as the result.
    Folders.delete(project);
    return new NexmarkRun(
        run.seconds(),
        run.wholeSeconds(),
        run.peakBytes(),
        run.cpuSeconds(),
        Long.parseLong(values[0]),
        Long.parseLong(changes),
        sums);
  }

  private NexmarkRun flink(NexmarkQuery query, Path file, String servers) throws Exception {
    Path folder = folder("flink", query);
    List<String> main =
        List.of(
            "dev.millrace.benchmarks.flink.FlinkNexmark",
            servers,
            file.toString(),
            folder.toString());
    String name = "nexmark-flink-" + query.name();
    try (ChildProcess child =
        ChildProcess.java(place, name, "flink", FlinkSystem.jvm("4g"), main)) {
      long started = Long.parseLong(child.await("started", LIMIT));
      long finished = Long.parseLong(child.await("finished", LIMIT));
      long rows = Long.parseLong(child.await("rows", LIMIT));
      child.join(LIMIT);
      StringBuilder sums = new StringBuilder();
      for (String line : child.lines()) {
        if (line.startsWith("@sum ")) {
          sums.append(sums.isEmpty() ? "" : ",").append(line.substring(5));
        }
      }
      return new NexmarkRun(
          (finished - started) / 1e3,
          (finished - child.startedMillis()) / 1e3,
          child.memory().peakBytes(),
          child.memory().cpuSeconds(),
          rows,
          0,
          NexmarkRun.sums(sums.toString()));
    } finally {
      Folders.delete(folder);
    }
  }

  private Path folder(String system, NexmarkQuery query) throws IOException {
    Path folder = place.runs().resolve("nexmark-" + system).resolve(query.name());
    Folders.delete(folder);
    Files.createDirectories(folder);
    return folder;
  }
}
