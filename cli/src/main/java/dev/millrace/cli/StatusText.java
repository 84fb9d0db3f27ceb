package dev.millrace.cli;

import dev.millrace.api.connect.SourceActivity;
import dev.millrace.api.error.Problem;
import dev.millrace.engine.Status;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.Status.SinkStatus;
import dev.millrace.engine.Status.SourceStatus;
import dev.millrace.engine.Status.StreamStatus;
import dev.millrace.project.Colour;
import dev.millrace.project.Project;
import dev.millrace.project.StreamSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Words and figures of a {@link Status}, with or without colours. */
final class StatusText {
  private static final List<String> SOURCE_COLUMNS =
      List.of("rows/s", "rows", "lag", "behind", "late", "rejected", "repeats");
  private static final int[] WIDE = {9, 12, 9, 9, 8, 10, 9};
  private static final int[] CLOSE = {9, 12, 7, 8, 7, 9, 8};

  private final Project project;
  private final boolean colours;

  StatusText(Project project, boolean colours) {
    this.project = project;
    this.colours = colours;
  }

  String bold(String text) {
    return paint(Colour.BOLD, text);
  }

  String dim(String text) {
    return paint(Colour.DIM, text);
  }

  String link(String text) {
    return paint(Colour.LINK, text);
  }

  private String paint(Colour colour, String text) {
    return colour.paint(text, colours);
  }

  private String dot(Health health) {
    return switch (health) {
      case OK -> paint(Colour.GREEN, "●");
      case IDLE -> paint(Colour.GREEN, "○");
      case RETRYING -> paint(Colour.YELLOW, "◐");
      case PAUSED -> paint(Colour.YELLOW, "‖");
      case STOPPED -> paint(Colour.RED, "✗");
    };
  }

  /** The live area. */
  List<String> area(Status status, int width) {
    List<String> lines = new ArrayList<>();
    int name = nameWidth(status);
    sources(status, name, width, lines);
    streams(status, name, lines);
    sinks(status, name, lines);
    lines.add(
        dim(
            "  batches "
                + count(status.batches().count())
                + ", p50 "
                + status.batches().p50().toMillis()
                + " ms, p99 "
                + status.batches().p99().toMillis()
                + " ms   store "
                + bytes(status.storeBytes())
                + "   up "
                + duration(Duration.between(status.startedAt(), status.at()))));
    for (Problem problem : problems(status)) {
      lines.add(paint(Colour.YELLOW, cut("! " + problem.message() + hint(problem), width)));
    }
    return lines;
  }

  /** On a narrow terminal columns stand closer, and the last ones give way. */
  private void sources(Status status, int name, int width, List<String> lines) {
    int[] widths = WIDE;
    int columns = widths.length;
    if (name + 4 + sum(widths, columns) > width) {
      widths = CLOSE;
      while (columns > 1 && name + 4 + sum(widths, columns) > width) {
        columns--;
      }
    }
    StringBuilder head = new StringBuilder(pad("  sources", name + 4));
    for (int i = 0; i < columns; i++) {
      head.append(right(SOURCE_COLUMNS.get(i), widths[i]));
    }
    lines.add(dim(head.toString()));
    for (SourceStatus s : status.sources()) {
      StringBuilder line = new StringBuilder(dot(s.health()) + " " + pad(s.id(), name + 2));
      List<String> figures = figures(s);
      for (int i = 0; i < columns; i++) {
        line.append(right(figures.get(i), widths[i]));
      }
      lines.add(line.toString());
    }
    activities(status).forEach((source, a) -> lines.add(dim(cut(activity(source, a), width))));
  }

  /** What sources themselves tell, by the source's name. */
  private Map<String, SourceActivity> activities(Status status) {
    Map<String, SourceActivity> activities = new LinkedHashMap<>();
    for (StreamSpec stream : project.streams()) {
      status.sources().stream()
          .filter(s -> s.id().equals(stream.qualifiedName()))
          .forEach(s -> s.activity().ifPresent(a -> activities.put(stream.source(), a)));
    }
    return activities;
  }

  private static String activity(String source, SourceActivity a) {
    List<String> parts = new ArrayList<>();
    a.reading().ifPresent(r -> parts.add("reads " + r + fraction(a.fraction())));
    add(parts, a.waiting(), "wait");
    add(parts, a.failed(), "failed");
    add(parts, a.refused(), "could not be moved, renamed or deleted");
    return "  " + source + ": " + (parts.isEmpty() ? "no files wait" : String.join(", ", parts));
  }

  private static String fraction(OptionalDouble fraction) {
    return fraction.isPresent() ? " " + (int) (fraction.getAsDouble() * 100) + "%" : "";
  }

  private static void add(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(count(count) + " " + what);
    }
  }

  private static int sum(int[] widths, int columns) {
    return Arrays.stream(widths, 0, columns).sum();
  }

  private static List<String> figures(SourceStatus s) {
    return List.of(
        rate(s.rowsPerSecond()),
        count(s.rows()),
        count(s.lag()),
        s.watermarkDelay().map(StatusText::duration).orElse("-"),
        count(s.late()),
        count(s.rejected()),
        count(s.duplicates()));
  }

  private void streams(Status status, int name, List<String> lines) {
    if (!status.streams().isEmpty()) {
      lines.add(dim(pad("  streams", name + 4) + right("changes/s", 9) + right("changes", 12)));
    }
    for (StreamStatus s : status.streams()) {
      lines.add(
          dot(s.health())
              + " "
              + pad(s.id(), name + 2)
              + right(rate(s.changesPerSecond()), 9)
              + right(count(s.changes()), 12));
    }
  }

  private void sinks(Status status, int name, List<String> lines) {
    if (!status.sinks().isEmpty()) {
      lines.add(
          dim(
              pad("  sinks", name + 4)
                  + right("rows/s", 9)
                  + right("delivered", 12)
                  + right("waiting", 9)
                  + right("delay", 9)));
    }
    for (SinkStatus s : status.sinks()) {
      lines.add(
          dot(s.health())
              + " "
              + pad(s.id(), name + 2)
              + right(rate(s.changesPerSecond()), 9)
              + right(count(s.delivered()), 12)
              + right(count(s.pending()), 9)
              + right(duration(s.delay()), 9));
    }
  }

  private static String hint(Problem problem) {
    String hint = problem.hint();
    return hint == null ? "" : " - " + hint;
  }

  private static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, Math.max(1, width - 1)) + "…";
  }

  private List<Problem> problems(Status status) {
    List<Problem> all = new ArrayList<>();
    status.sources().forEach(s -> add(all, s.reason()));
    status.streams().forEach(s -> add(all, s.reason()));
    status.sinks().forEach(s -> add(all, s.reason()));
    return all;
  }

  private static void add(List<Problem> all, Optional<Problem> reason) {
    reason.filter(r -> !all.contains(r)).ifPresent(all::add);
  }

  private static int nameWidth(Status status) {
    int width = 12;
    for (SourceStatus s : status.sources()) {
      width = Math.max(width, s.id().length());
    }
    for (StreamStatus s : status.streams()) {
      width = Math.max(width, s.id().length());
    }
    for (SinkStatus s : status.sinks()) {
      width = Math.max(width, s.id().length());
    }
    return width;
  }

  /** One plain line, for logs. */
  String line(Status status) {
    double in = status.sources().stream().mapToDouble(SourceStatus::rowsPerSecond).sum();
    double out = status.sinks().stream().mapToDouble(SinkStatus::changesPerSecond).sum();
    long lag = status.sources().stream().mapToLong(SourceStatus::lag).sum();
    long late = status.sources().stream().mapToLong(SourceStatus::late).sum();
    long rejected = status.sources().stream().mapToLong(SourceStatus::rejected).sum();
    Optional<Duration> behind =
        status.sources().stream()
            .flatMap(s -> s.watermarkDelay().stream())
            .max(Duration::compareTo);
    StringBuilder line = new StringBuilder();
    line.append(project.name())
        .append(": in ")
        .append(rate(in))
        .append("/s, out ")
        .append(rate(out))
        .append("/s, lag ")
        .append(count(lag))
        .append(behind.map(b -> ", watermark behind " + duration(b)).orElse(""))
        .append(", late ")
        .append(count(late))
        .append(", rejected ")
        .append(count(rejected));
    for (SinkStatus sink : status.sinks()) {
      if (sink.health() != Health.OK && sink.health() != Health.IDLE) {
        line.append(", sink ")
            .append(sink.id())
            .append(' ')
            .append(sink.health().name().toLowerCase(Locale.ROOT));
      }
    }
    for (Problem problem : problems(status)) {
      line.append("\n  ! ").append(problem.message());
    }
    return line.toString();
  }

  /** What has been done since the store was made, for the end of a run. */
  List<String> summary(Status status, Duration took) {
    long rows = status.sources().stream().mapToLong(SourceStatus::rows).sum();
    long late = status.sources().stream().mapToLong(SourceStatus::late).sum();
    long rejected = status.sources().stream().mapToLong(SourceStatus::rejected).sum();
    long repeats = status.sources().stream().mapToLong(SourceStatus::duplicates).sum();
    long pending = status.sinks().stream().mapToLong(SinkStatus::pending).sum();
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(bold(project.name()) + " stopped after " + duration(took));
    lines.add(
        "  in all: "
            + count(rows, "row", "rows")
            + " admitted, "
            + count(late)
            + " late, "
            + count(rejected)
            + " rejected, "
            + count(repeats, "repeat", "repeats"));
    for (SinkStatus sink : status.sinks()) {
      lines.add(
          "  "
              + dot(sink.health())
              + " sink "
              + sink.id()
              + ": "
              + count(sink.delivered(), "change", "changes")
              + " delivered"
              + (sink.pending() > 0
                  ? ", " + count(sink.pending()) + " wait for the next run"
                  : ""));
    }
    if (pending == 0 && !status.sinks().isEmpty() && isWell(status)) {
      lines.add(dim("  everything is delivered; the next run goes on from here"));
    }
    return lines;
  }

  private static boolean isWell(Status status) {
    return Stream.of(
            status.sources().stream().map(SourceStatus::health),
            status.streams().stream().map(StreamStatus::health),
            status.sinks().stream().map(SinkStatus::health))
        .flatMap(s -> s)
        .allMatch(h -> h == Health.OK || h == Health.IDLE);
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String right(String text, int width) {
    return " ".repeat(Math.max(1, width - text.length())) + text;
  }

  static String rate(double perSecond) {
    return perSecond >= 100 || perSecond == 0
        ? count(Math.round(perSecond))
        : String.format(Locale.ROOT, "%.1f", perSecond);
  }

  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  private static String count(long n, String one, String more) {
    return count(n) + " " + (n == 1 ? one : more);
  }

  static String bytes(long bytes) {
    return bytes < 1 << 20
        ? (bytes >> 10) + " KB"
        : String.format(Locale.ROOT, "%,.1f MB", bytes / 1048576.0);
  }

  static String duration(Duration d) {
    long ms = d.toMillis();
    if (ms < 1_000) {
      return ms + " ms";
    }
    if (ms < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }
    long s = ms / 1000;
    return s < 3600 ? s / 60 + " m " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " m";
  }
}
