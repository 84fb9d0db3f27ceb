package dev.millrace.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** {@code benchmarks/run <what>}: which benchmark to run, and with which figures. */
public final class Main {
  private static final String USAGE =
      """
      usage: benchmarks/run <what> [options]

        ads       events/s of the ads pipeline in Millrace, Flink, Spark, and DuckDB's limit
                    --runs 3 --peer-runs 3 --events 5000000 --systems millrace,flink,spark,limit
        delay     from an event to its result in a query, at a fixed rate
                    --rate 20000 --seconds 60
        memory    of the whole process in examples/ads at a fixed rate
                    --rate 20000 --seconds 60
        start     from `millrace run examples/ads` to the first result
                    --runs 3
        nexmark   events/s of Nexmark's queries in Millrace, Flink, and DuckDB once
                    --queries q0,q1,...,q22 --events 5000000 --systems limit,millrace,flink
        soak      memory, store and delay of examples/ads at a fixed rate for long
                    --rate 20000 --seconds 3600
        files     rows/s from gzip CSV to a topic and to ClickHouse, beside gunzip | kcat; one large file too
                    --rows 4000000 --gigabytes 0
        lake      rows/s of a stream into the lake, from the topic and from the outbox, beside COPY TO Parquet
                    --events 5000000 --runs 3
        lake-hour files of a live stream in the lake after an hour at a fixed rate, and the age of its newest row
                    --rate 6000 --minutes 60 --megabytes 64
        dbt       a dbt project read and built by Millrace and by dbt, beside its SQL alone
                    --models 1000 --runs 3 --peer-runs 1 --systems millrace,dbt --python benchmarks/target/python
        jinja     templates rendered by Millrace and by Python's Jinja2
                    --millis 100 --python benchmarks/target/python
        all       the first five
        decode    DuckDB's ways to decode JSON, compared
                    --events 5000000
        profile ads   Millrace on the ads pipeline under Java Flight Recorder
                    --events 5000000

      Tables and figures go to benchmarks/results/<what>.md and .json.
      """;

  private Main() {}

  /** Runs what the first word names. */
  public static void main(String[] args) throws Exception {
    Set<String> options =
        new LinkedHashSet<>(
            List.of(
                "runs",
                "peer-runs",
                "events",
                "systems",
                "rate",
                "seconds",
                "minutes",
                "megabytes",
                "queries",
                "rows",
                "gigabytes",
                "models",
                "millis",
                "python"));
    Arguments arguments;
    try {
      arguments = new Arguments(args, options);
      run(Workplace.current(), arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("benchmarks/run: " + e.getMessage());
      System.exit(2);
    }
  }

  private static void run(Workplace place, Arguments arguments) throws Exception {
    long events = arguments.number("events", 5_000_000);
    int runs = (int) arguments.number("runs", 3);
    long rate = arguments.number("rate", 20_000);
    Duration time = Duration.ofSeconds(arguments.number("seconds", 60));
    String what = arguments.word(0, "help");
    switch (what) {
      case "ads" -> ads(place, arguments, events, runs);
      case "delay" -> new DelayBenchmark(place, rate, time).run();
      case "memory" -> new MemoryBenchmark(place, rate, time).run();
      case "soak" ->
          new SoakBenchmark(place, rate, Duration.ofSeconds(arguments.number("seconds", 3_600)))
              .run();
      case "files" ->
          new FilesBenchmark(
                  place, arguments.number("rows", 4_000_000), arguments.number("gigabytes", 0))
              .run();
      case "lake" -> new LakeBenchmark(place, events, runs).run();
      case "lake-hour" ->
          new LakeHourBenchmark(
                  place,
                  arguments.number("rate", 6_000),
                  Duration.ofMinutes(arguments.number("minutes", 60)),
                  arguments.number("megabytes", 64))
              .run();
      case "start" -> new StartBenchmark(place, runs).run();
      case "nexmark" -> nexmark(place, arguments, events);
      case "dbt" -> dbt(place, arguments, runs);
      case "jinja" ->
          new JinjaBenchmark(
                  place,
                  PythonPackages.in(place, python(place, arguments)),
                  arguments.number("millis", 100))
              .run();
      case "all" -> {
        ads(place, arguments, events, runs);
        new DelayBenchmark(place, rate, time).run();
        new MemoryBenchmark(place, rate, time).run();
        new StartBenchmark(place, runs).run();
        nexmark(place, arguments, events);
      }
      case "decode" -> decode(place, events);
      case "profile" -> new Profile(place, events).run();
      default -> {
        System.out.print(USAGE);
        if (!what.equals("help")) {
          throw new IllegalArgumentException("nothing is called " + what);
        }
      }
    }
  }

  private static void ads(Workplace place, Arguments arguments, long events, int runs)
      throws Exception {
    List<String> systems =
        Arrays.asList(arguments.text("systems", "limit,millrace,flink,spark").split(","));
    int peerRuns = (int) arguments.number("peer-runs", runs);
    new AdsBenchmark(place, events, runs, peerRuns, systems).run();
  }

  private static void nexmark(Workplace place, Arguments arguments, long events) throws Exception {
    List<String> queries =
        Arrays.asList(arguments.text("queries", String.join(",", NexmarkQuery.names())).split(","));
    List<String> systems =
        Arrays.asList(arguments.text("systems", "limit,millrace,flink").split(","));
    new NexmarkBenchmark(place, events, queries, systems).run();
  }

  private static Path python(Workplace place, Arguments arguments) {
    return place.root().resolve(arguments.text("python", "benchmarks/target/python"));
  }

  private static void dbt(Workplace place, Arguments arguments, int runs) throws Exception {
    List<String> systems = Arrays.asList(arguments.text("systems", "millrace,dbt").split(","));
    int models = (int) arguments.number("models", 1_000);
    int peerRuns = (int) arguments.number("peer-runs", 1);
    boolean peer = systems.contains("dbt");
    new DbtBenchmark(place, models, runs, peerRuns, peer, python(place, arguments)).run();
  }

  private static void decode(Workplace place, long events) throws Exception {
    List<String> jvm = List.of("-Xmx3g", "-XX:+UseParallelGC");
    try (AdTopics topics = AdTopics.preloaded(place, events);
        ChildProcess child =
            ChildProcess.java(
                place,
                "decode",
                "harness",
                jvm,
                List.of(DecodeTrial.class.getName(), topics.servers()))) {
      child.await("finished", Duration.ofMinutes(20));
      child.lines().forEach(System.out::println);
    }
  }
}
