package dev.millrace.benchmarks;

import dev.millrace.api.table.TableFiles;
import dev.millrace.api.table.TableFiles.TableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@link LakeHourBenchmark} saw, as a report. */
final class LakeHourReport {
  private static final String NAME = "lake-hour";
  private static final double MB = 1_000_000;

  /** A file of half the size that files are to have is not written anew any more. */
  private static final double NEAR = 0.5;

  /** What the files near that size hold of all bytes; the newest rows are not there yet. */
  private static final double BAR = 0.9;

  private final Workplace place;
  private final long rate;
  private final Duration time;
  private final long megabytes;
  private final List<Sample> samples = new ArrayList<>();
  private List<String> operations = List.of();

  /**
   * One minute's.
   *
   * @param admitted rows that were admitted so far
   * @param behind how many of these the live view did not have
   * @param ageMillis of the newest row in the live view
   * @param committed rows of the table's newest version
   * @param files of that version
   * @param median size of these, in bytes
   * @param diskFiles data files on the disk, those of earlier versions too
   */
  record Sample(
      double minutes,
      long admitted,
      long behind,
      long ageMillis,
      long committed,
      long files,
      double median,
      long diskFiles,
      long diskBytes,
      long storeBytes) {}

  LakeHourReport(Workplace place, long rate, Duration time, long megabytes) {
    this.place = place;
    this.rate = rate;
    this.time = time;
    this.megabytes = megabytes;
  }

  long rate() {
    return rate;
  }

  Duration time() {
    return time;
  }

  long megabytes() {
    return megabytes;
  }

  /** How many commits of each kind there were. */
  void operations(List<String> all) {
    operations = all;
  }

  /** Adds a minute's. */
  void sample(
      double minutes,
      long admitted,
      long visible,
      long ageMillis,
      Optional<TableFiles> table,
      Path data)
      throws IOException {
    List<Long> onDisk = sizes(data.resolve("lake/warehouse"), ".parquet");
    List<TableFile> files = table.map(TableFiles::files).orElse(List.of());
    Sample sample =
        new Sample(
            minutes,
            admitted,
            Math.max(0, admitted - visible),
            ageMillis,
            table.map(TableFiles::rows).orElse(0L),
            files.size(),
            files.isEmpty() ? 0 : bytes(files).median(),
            onDisk.size(),
            onDisk.stream().mapToLong(b -> b).sum(),
            sizes(data.resolve("store"), "").stream().mapToLong(b -> b).sum());
    samples.add(sample);
    System.out.println(sample);
  }

  private static List<Long> sizes(Path folder, String ending) throws IOException {
    List<Long> sizes = new ArrayList<>();
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path file : all.filter(f -> f.toString().endsWith(ending)).toList()) {
          try {
            sizes.add(Files.isRegularFile(file) ? Files.size(file) : 0);
          } catch (NoSuchFileException e) {
            // One that became another's, or was spilled, and has gone since.
          }
        }
      }
    }
    return sizes;
  }

  private static Figures bytes(List<TableFile> files) {
    return new Figures(files.stream().map(f -> (double) f.bytes()).toList());
  }

  /** Writes it; fails if the files have other rows than the topic. */
  void write(TableFiles table, LakeHourBenchmark.Rows topic, LakeHourBenchmark.Rows lake)
      throws IOException {
    if (!topic.equals(lake)) {
      throw new IllegalStateException("the topic has " + topic + ", the lake " + lake);
    }
    List<TableFile> files = table.files();
    double target = megabytes * 1024 * 1024.0;
    double all = files.stream().mapToLong(TableFile::bytes).sum();
    double near =
        files.stream().mapToLong(TableFile::bytes).filter(b -> b >= NEAR * target).sum() / all;
    Figures sizes = bytes(files);
    // Once the source has ended its newest row grows old.
    Figures ages =
        new Figures(
            samples.stream()
                .filter(s -> s.admitted() < topic.count())
                .map(s -> (double) s.ageMillis())
                .toList());
    long last = samples.get(samples.size() - 1).diskFiles();
    StringBuilder text = new StringBuilder();
    add(
        text,
        "`millrace run benchmarks/plays`: %,d rows/s for %d minutes into a table partitioned by hour,"
            + " a commit each minute, `file_size` %d MB. All %,d rows of the topic are in the files"
            + " once.%n%n![over time](lake-hour.svg)%n%n| | |%n|---|---|%n",
        rate,
        time.toMinutes(),
        megabytes,
        lake.count());
    add(text, "| files of the newest version | %d, %,.0f MB |%n", files.size(), all / MB);
    add(
        text,
        "| smallest, median, largest | %.1f, %.1f, %.1f MB |%n",
        sizes.min() / MB,
        sizes.median() / MB,
        sizes.max() / MB);
    add(
        text,
        "| bytes in files of at least half of `file_size` | %.0f%% (bar %.0f%%: %s) |%n",
        near * 100,
        BAR * 100,
        near >= BAR ? "met" : "**missed**");
    add(text, "| commits | %s |%n", String.join(", ", operations));
    add(text, "| files on the disk, with those of earlier versions | %d |%n", last);
    add(
        text,
        "| age of the newest row in the live view, median and worst | %,.0f, %,.0f ms |%n",
        ages.median(),
        ages.max());
    partitions(text, files);
    minutes(text);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rows", lake.count());
    json.put("sizes", files.stream().map(TableFile::bytes).sorted().toList());
    json.put("bytes_in_files_near_target", near);
    json.put("commits", operations);
    json.put("age_median_ms", ages.median());
    json.put("samples", samples);
    new Results(place, NAME).write("An hour of a stream into the lake", text.toString(), json);
    plot();
  }

  private static void partitions(StringBuilder text, List<TableFile> files) {
    Map<String, List<TableFile>> hours =
        files.stream()
            .collect(
                Collectors.groupingBy(
                    f -> String.join("/", f.partition().values()),
                    TreeMap::new,
                    Collectors.toList()));
    add(text, "%n| partition | rows | sizes of its files, MB |%n|---|---|---|%n");
    hours.forEach(
        (hour, its) ->
            add(
                text,
                "| %s | %,d | %s |%n",
                hour,
                its.stream().mapToLong(TableFile::rows).sum(),
                its.stream()
                    .map(TableFile::bytes)
                    .sorted()
                    .map(b -> String.format(Locale.ROOT, "%.1f", b / MB))
                    .collect(Collectors.joining(", "))));
  }

  private void minutes(StringBuilder text) {
    add(
        text,
        "%n| minute | rows admitted | not in the live view | age of the newest there, ms | rows in"
            + " files | files | median, MB | files on the disk | MB on the disk | store, MB |%n"
            + "|---|---|---|---|---|---|---|---|---|---|%n");
    int step = Math.max(1, samples.size() / 20);
    for (int i = 0; i < samples.size(); i++) {
      if ((i + 1) % step == 0 || i == samples.size() - 1) {
        Sample s = samples.get(i);
        add(
            text,
            "| %.0f | %,d | %,d | %,d | %,d | %d | %.1f | %d | %,.0f | %,.0f |%n",
            s.minutes(),
            s.admitted(),
            s.behind(),
            s.ageMillis(),
            s.committed(),
            s.files(),
            s.median() / MB,
            s.diskFiles(),
            s.diskBytes() / MB,
            s.storeBytes() / MB);
      }
    }
  }

  private void plot() throws IOException {
    Map<String, ToDoubleFunction<Sample>> lines = new LinkedHashMap<>();
    lines.put("rows in files", Sample::committed);
    lines.put("files", Sample::files);
    lines.put("median, MB", s -> s.median() / MB);
    lines.put("files on the disk", Sample::diskFiles);
    lines.put("age of newest, ms", Sample::ageMillis);
    lines.put("store, MB", s -> s.storeBytes() / MB);
    Files.writeString(
        place.benchmarks().resolve("results/" + NAME + ".svg"),
        new Plot(samples.stream().map(Sample::minutes).toList()).of(samples, lines));
  }

  private static void add(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }
}
