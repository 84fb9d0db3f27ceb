package dev.millrace.benchmarks;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * From a folder of gzip CSV to a topic and to ClickHouse: Millrace, {@code gunzip | kcat}, and each
 * step by itself, the ceilings. All with the same rows, one after the other.
 */
final class FilesBenchmark {
  private static final String TOPIC = "calls";
  private static final String LARGE_TOPIC = "large";
  private static final int PARTITIONS = 2;
  private static final int FILES = 40;
  private static final int DROPPED = 25;
  private static final int WARM_UP = 5;
  private static final int DROPPED_ROWS = 1_000;
  private static final double BAR = 0.6;
  private static final Duration LIMIT = Duration.ofMinutes(15);

  private final Workplace place;
  private final CallFiles.Amount amount;
  private final Map<String, Double> rows = new LinkedHashMap<>();
  private final Map<String, Long> memory = new LinkedHashMap<>();

  private final Map<String, Object> figures = new LinkedHashMap<>();
  private final StringBuilder more = new StringBuilder();
  private final long gigabytes;

  /**
   * A benchmark that {@link #run} runs.
   *
   * @param rows in all files together
   * @param gigabytes of a single large file, which is read too; 0 for none
   */
  FilesBenchmark(Workplace place, long rows, long gigabytes) throws IOException {
    this.place = place;
    this.gigabytes = gigabytes;
    this.amount =
        CallFiles.kept(place.data().resolve("files-" + rows), FILES, (int) (rows / FILES));
  }

  void run() throws Exception {
    Path folder = place.runs().resolve("files");
    Folders.delete(folder);
    Files.createDirectories(folder);
    try (BrokerProcess broker = BrokerProcess.start(place, folder.resolve("kafka"))) {
      measured("gunzip alone", shell("gunzip", "gunzip -c \"$@\" > /dev/null"));
      measured("Kafka alone", kafka(broker));
      toTopic(broker, folder);
      kcat(broker).ifPresent(speed -> measured("gunzip and kcat to the topic", speed));
      toClickHouse(broker, folder);
      newFiles(broker, folder);
      if (gigabytes > 0) {
        largeFile(broker, folder);
      }
    }
    report();
  }

  private void measured(String what, double rowsPerSecond) {
    rows.put(what, rowsPerSecond);
    System.out.printf(Locale.ROOT, "%s: %,.0f rows/s%n", what, rowsPerSecond);
  }

  /** Rows a second of a command that gets all files as its arguments. */
  private double shell(String name, String script) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    amount.files().forEach(file -> command.add(file.toString()));
    long begun = System.nanoTime();
    try (ChildProcess child = ChildProcess.start(place, name, command, Map.of())) {
      child.join(LIMIT);
    }
    return amount.rows() / ((System.nanoTime() - begun) / 1e9);
  }

  private double kafka(BrokerProcess broker) throws Exception {
    broker.createTopics(List.of("plain"), PARTITIONS);
    List<byte[]> values = new CallFiles().json(50_000);
    long begun = System.nanoTime();
    broker.write(
        IntStream.range(0, Math.toIntExact(amount.rows()))
                .mapToObj(
                    i ->
                        new ProducerRecord<byte[], byte[]>(
                            "plain", i / 1000 % PARTITIONS, null, values.get(i % values.size())))
            ::iterator);
    return amount.rows() / ((System.nanoTime() - begun) / 1e9);
  }

  private Optional<Double> kcat(BrokerProcess broker) throws Exception {
    if (new ProcessBuilder("which", "kcat").start().waitFor() != 0) {
      System.out.println("kcat is left out: it is not installed (apt-get install kcat)");
      return Optional.empty();
    }
    broker.createTopics(List.of("kcat"), PARTITIONS);
    double speed =
        shell(
            "kcat",
            "gunzip -c \"$@\" | kcat -P -b "
                + broker.servers()
                + " -t kcat -X acks=all -X linger.ms=20 -X batch.size=131072"
                + " -X queue.buffering.max.messages=1000000");
    if (broker.records("kcat", PARTITIONS) < amount.rows()) {
      throw new IllegalStateException("kcat lost rows");
    }
    return Optional.of(speed);
  }

  private void toTopic(BrokerProcess broker, Path folder) throws Exception {
    Path project = folder.resolve("to-topic");
    project(project, "files_to_topic", broker);
    Folders.delete(project.resolve("models"));
    Folders.delete(project.resolve("sinks"));
    broker.createTopics(List.of(TOPIC), PARTITIONS);
    try (Progress progress = new Progress(() -> end(broker, TOPIC));
        MillraceProcess millrace = start("files-to-topic", project)) {
      millrace.process().join(LIMIT);
      memory.put("Millrace to the topic", millrace.process().memory().peakRootBytes());
      measured("Millrace to the topic", progress.perSecond());
    }
    long written = broker.records(TOPIC, PARTITIONS);
    if (written != amount.rows()) {
      throw new IllegalStateException("the topic has " + written + " rows");
    }
    broker.deleteTopic(TOPIC);
  }

  private static long end(BrokerProcess broker, String topic) {
    try {
      return broker.end(topic, PARTITIONS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private MillraceProcess start(String name, Path project) throws IOException {
    return MillraceProcess.run(
        place, name, project, List.of("--target", "benchmark", "--until-idle"), Map.of());
  }

  /** A copy of the project that reads the files where they are; its ledger is by its name. */
  private void project(Path folder, String name, BrokerProcess broker) throws IOException {
    project(folder, name, broker, amount.folder());
  }

  private void project(Path folder, String name, BrokerProcess broker, Path incoming)
      throws IOException {
    Folders.copy(place.benchmarks().resolve("files"), folder);
    Path file = folder.resolve("millrace.yml");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("name: files", "name: " + name)
            .replace("{{ env_var('KAFKA_BROKERS') }}", broker.servers()));
    Files.createSymbolicLink(folder.resolve("incoming"), incoming.toAbsolutePath());
  }

  private void toClickHouse(BrokerProcess broker, Path folder) throws Exception {
    Path project = folder.resolve("to-clickhouse");
    project(project, "files", broker);
    FilesClickHouse clickhouse = new FilesClickHouse(project);
    try (MillraceProcess millrace =
        MillraceProcess.run(
            place, "files-to-clickhouse", project, List.of("--target", "benchmark"), Map.of())) {
      try (Progress progress =
          new Progress(() -> number(clickhouse, "SELECT count() FROM files.received"))) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (progress.last() < amount.rows() && System.nanoTime() < end) {
          if (!millrace.process().isAlive()) {
            throw new IllegalStateException("millrace ended early; see benchmarks/target/runs");
          }
          Thread.sleep(50);
        }
        if (progress.last() != amount.rows()) {
          throw new IllegalStateException("ClickHouse has " + progress.last() + " rows");
        }
        memory.put("Millrace to ClickHouse", millrace.process().memory().peakRootBytes());
        measured("Millrace to ClickHouse", progress.perSecond());
      }
      measured("ClickHouse alone", clickhouse(clickhouse, folder));
    }
  }

  /** From when a small file has its name until ClickHouse answers with its rows. */
  private void newFiles(BrokerProcess broker, Path folder) throws Exception {
    Path project = folder.resolve("new-files");
    Path incoming = Files.createDirectories(folder.resolve("dropped"));
    project(project, "new_files", broker, incoming);
    Path source = project.resolve("sources/calls.yml");
    Files.writeString(
        source,
        Files.readString(source)
            .replace("    once: true\n", "")
            .replace("topic: calls", "topic: dropped"));
    FilesClickHouse clickhouse = new FilesClickHouse(project);
    CallFiles calls = new CallFiles();
    List<Double> seconds = new ArrayList<>();
    try (MillraceProcess millrace =
        MillraceProcess.run(
            place, "files-dropped", project, List.of("--target", "benchmark"), Map.of())) {
      for (int i = 0; i < DROPPED; i++) {
        Path file = incoming.resolve("calls_%03d.csv.gz".formatted(i));
        Path part = incoming.resolve(file.getFileName() + ".part");
        calls.write(part, DROPPED_ROWS);
        Files.move(part, file);
        double waited = awaitRows(clickhouse, (i + 1L) * DROPPED_ROWS, millrace);
        if (i >= WARM_UP) {
          seconds.add(waited);
        }
      }
    }
    Figures delays = new Figures(seconds);
    more.append(
        String.format(
            Locale.ROOT,
            "%nA new file of %,d rows, from its renaming to an answer of ClickHouse with its rows, %d"
                + " times: median %.2f s, longest %.2f s (bar 2 s: %s).%n",
            DROPPED_ROWS,
            delays.count(),
            delays.median(),
            delays.max(),
            delays.max() <= 2 ? "met" : "**missed**"));
    figures.put("new_file_median_seconds", delays.median());
    figures.put("new_file_longest_seconds", delays.max());
  }

  private static double awaitRows(FilesClickHouse clickhouse, long rows, MillraceProcess millrace)
      throws InterruptedException {
    long begun = System.nanoTime();
    while (clickhouse.number("SELECT count() FROM files.received") < rows) {
      if (!millrace.process().isAlive() || System.nanoTime() - begun > LIMIT.toNanos()) {
        throw new IllegalStateException("the rows do not come; see benchmarks/target/runs");
      }
      Thread.sleep(20);
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  /** One file, larger than any memory: what the process holds must not depend on its size. */
  private void largeFile(BrokerProcess broker, Path folder) throws Exception {
    Path large = place.data().resolve("large-" + gigabytes);
    long wanted = gigabytes * 1_000_000_000L * amount.rows() / amount.unpackedBytes();
    CallFiles.Amount one = CallFiles.kept(large, 1, Math.toIntExact(wanted));
    Path project = folder.resolve("large");
    project(project, "large_file", broker, large);
    // The topic of the runs before is still there.
    Path source = project.resolve("sources/calls.yml");
    Files.writeString(
        source, Files.readString(source).replace("topic: calls", "topic: " + LARGE_TOPIC));
    Folders.delete(project.resolve("models"));
    Folders.delete(project.resolve("sinks"));
    broker.createTopics(List.of(LARGE_TOPIC), PARTITIONS, Map.of("retention.bytes", "2147483648"));
    long early = 0;
    try (Progress progress = new Progress(() -> end(broker, LARGE_TOPIC));
        MillraceProcess millrace = start("files-large", project)) {
      ProcessTree tree = millrace.process().memory();
      while (millrace.process().isAlive()) {
        early = progress.last() < one.rows() / 10 ? tree.peakRootBytes() : early;
        Thread.sleep(200);
      }
      millrace.process().join(LIMIT);
      more.append(
          String.format(
              Locale.ROOT,
              "%nOne file of %.1f GB (%.2f GB packed) to the topic: %,.0f rows/s, peak memory %d MB;"
                  + " %d MB in its first tenth.%n",
              one.unpackedBytes() / 1e9,
              one.packedBytes() / 1e9,
              progress.perSecond(),
              tree.peakRootBytes() >> 20,
              early >> 20));
      figures.put("large_file_peak_bytes", tree.peakRootBytes());
      figures.put("large_file_early_bytes", early);
    }
    broker.deleteTopic(LARGE_TOPIC);
  }

  private static long number(FilesClickHouse clickhouse, String sql) {
    try {
      return clickhouse.number(sql);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /** The same CSV, unpacked before, as its own client would send it: a file an insert. */
  private double clickhouse(FilesClickHouse clickhouse, Path folder) throws Exception {
    clickhouse.run(
        "CREATE TABLE files.plain (record_id String, kind String, sender String, receiver String,"
            + " cell String, country String, status String, seconds Int32, volume Int64,"
            + " started_at DateTime64(6, 'UTC')) ENGINE = MergeTree ORDER BY started_at",
        HttpRequest.BodyPublishers.noBody());
    Path plain = folder.resolve("plain.csv");
    long nanos = 0;
    for (Path file : amount.files()) {
      new ProcessBuilder("gunzip", "-c", file.toString())
          .redirectOutput(plain.toFile())
          .start()
          .waitFor();
      long begun = System.nanoTime();
      clickhouse.run(
          "INSERT INTO files.plain FORMAT CSVWithNames", HttpRequest.BodyPublishers.ofFile(plain));
      nanos += System.nanoTime() - begun;
    }
    return amount.rows() / (nanos / 1e9);
  }

  private double speed(String what) {
    return Optional.ofNullable(rows.get(what)).orElseThrow();
  }

  private void report() throws IOException {
    double rowBytes = (double) amount.unpackedBytes() / amount.rows();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%,d rows in %d files: %,d MB of CSV, %,d MB packed by gzip. GB/s are of the CSV.%n%n"
                + "| | rows/s | GB/s | peak memory, MB |%n|---|---|---|---|%n",
            amount.rows(),
            amount.files().size(),
            amount.unpackedBytes() / 1_000_000,
            amount.packedBytes() / 1_000_000));
    rows.forEach(
        (what, speed) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %.3f | %s |%n",
                    what,
                    speed,
                    speed * rowBytes / 1e9,
                    Optional.ofNullable(memory.get(what))
                        .map(bytes -> Long.toString(bytes >> 20))
                        .orElse(""))));
    double ceiling = Math.min(speed("gunzip alone"), speed("Kafka alone"));
    double topic = speed("Millrace to the topic") / ceiling;
    double table = speed("Millrace to ClickHouse") / Math.min(ceiling, speed("ClickHouse alone"));
    text.append(
        String.format(
            Locale.ROOT,
            "%nOf the slowest ceiling: to the topic %.2f (bar %.1f: %s), to ClickHouse %.2f.%n",
            topic,
            BAR,
            topic >= BAR ? "met" : "**missed**",
            table));
    text.append(more);
    Map<String, Object> json = new LinkedHashMap<>(figures);
    json.put("rows_per_second", rows);
    json.put("unpacked_bytes", amount.unpackedBytes());
    json.put("peak_bytes", memory);
    json.put("topic_of_ceiling", topic);
    json.put("clickhouse_of_ceiling", table);
    new Results(place, "files").write("Files to a topic and to ClickHouse", text.toString(), json);
  }
}
