package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Millrace on the ads pipeline under Java Flight Recorder: for each thread where its samples were,
 * in Java and in native code (a statement that DuckDB runs shows as the Java method that waits for
 * it), and what the engine's own table of batches says.
 */
final class Profile {
  private static final int THREADS = 8;
  private static final int PLACES = 12;

  private final Workplace place;
  private final long events;

  Profile(Workplace place, long events) {
    this.place = place;
    this.events = events;
  }

  private static final class Samples {
    private final Map<String, Integer> places = new HashMap<>();
    private int count;

    void add(String sample) {
      count++;
      places.merge(sample, 1, Integer::sum);
    }
  }

  void run() throws Exception {
    Path folder = place.runs().resolve("profile");
    Folders.delete(folder);
    Files.createDirectories(folder);
    String options =
        "-XX:StartFlightRecording=settings=profile,dumponexit=true,filename="
            + folder.resolve("recording-%p.jfr")
            + " -XX:FlightRecorderOptions=stackdepth=96";
    RunResult result;
    try (AdTopics topics = AdTopics.preloaded(place, events)) {
      result =
          new MillraceSystem("profile")
              .run(place, topics.servers(), folder, Map.of("MILLRACE_JAVA_OPTIONS", options));
    }
    System.out.printf(
        "%.0f events/s under the recorder, %.2f CPU µs an event%n",
        events / result.seconds(), result.cpuSeconds() * 1e6 / events);
    result.details().forEach((name, value) -> System.out.println("  " + name + ": " + value));
    print(read(recording(folder)));
  }

  /** The largest one: a launcher may have had a JVM of its own. */
  private static Path recording(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".jfr"))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow(() -> new IllegalStateException("no recording in " + folder));
    }
  }

  private static Map<String, Samples> read(Path recording) throws IOException {
    Map<String, Samples> threads = new HashMap<>();
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        String type = event.getEventType().getName();
        boolean isNative = type.equals("jdk.NativeMethodSample");
        if ((isNative || type.equals("jdk.ExecutionSample")) && event.getStackTrace() != null) {
          RecordedThread thread = event.getThread("sampledThread");
          String name = thread == null ? "?" : String.valueOf(thread.getJavaName());
          threads
              .computeIfAbsent(name, n -> new Samples())
              .add((isNative ? "[native] " : "") + describe(event.getStackTrace().getFrames()));
        }
      }
    }
    return threads;
  }

  /** The top frame, and the first frame of Millrace below it. */
  private static String describe(List<RecordedFrame> frames) {
    String top = name(frames.get(0));
    String ours =
        frames.stream()
            .map(Profile::name)
            .filter(name -> name.startsWith("dev.millrace."))
            .findFirst()
            .orElse("");
    return ours.isEmpty() || ours.equals(top) ? top : top + "  <-  " + ours;
  }

  private static String name(RecordedFrame frame) {
    return frame.getMethod().getType().getName()
        + "."
        + frame.getMethod().getName()
        + ":"
        + frame.getLineNumber();
  }

  private static void print(Map<String, Samples> threads) {
    threads.entrySet().stream()
        .sorted(Comparator.comparingInt(e -> -e.getValue().count))
        .limit(THREADS)
        .forEach(
            thread -> {
              System.out.printf("%n%s: %d samples%n", thread.getKey(), thread.getValue().count);
              thread.getValue().places.entrySet().stream()
                  .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                  .limit(PLACES)
                  .forEach(
                      place ->
                          System.out.printf(
                              "  %5.1f%%  %s%n",
                              100.0 * place.getValue() / thread.getValue().count, place.getKey()));
            });
  }
}
