package dev.millrace.dbt.command;

import dev.millrace.api.error.Problem;
import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.run.NodeResult;
import dev.millrace.dbt.run.NodeStatus;
import dev.millrace.dbt.run.SourceFreshness;
import dev.millrace.project.Colour;
import dev.millrace.project.ProblemPrinter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a build says to a person, line by line, with or without colours. */
final class BuildText {
  private static final int WIDTH = 80;
  private static final int ROWS = 5;
  private static final int CELL = 40;

  private final Path folder;
  private final boolean colours;

  /** Text for a project's folder, as the user named it. */
  BuildText(Path folder, boolean colours) {
    this.folder = folder;
    this.colours = colours;
  }

  private String paint(Colour colour, String text) {
    return colour.paint(text, colours);
  }

  /** A node in words: {@code table model main.orders}. */
  static String describe(Node node) {
    String where = node.relation().map(r -> r.schema() + "." + r.identifier()).orElse(node.name());
    return switch (node.type()) {
      case MODEL -> node.config().materialized() + " model " + where;
      case SEED, SNAPSHOT -> node.type().text() + " " + where;
      case UNIT_TEST -> "unit test " + node.name();
      case OPERATION -> "hook " + node.name();
      default -> node.type().text() + " " + node.name();
    };
  }

  private static String clock() {
    return LocalTime.now(ZoneId.systemDefault())
        .truncatedTo(ChronoUnit.SECONDS)
        .format(java.time.format.DateTimeFormatter.ISO_LOCAL_TIME);
  }

  private String line(int index, int total, String word, Colour colour, String rest) {
    int width = String.valueOf(total).length();
    return paint(Colour.DIM, clock() + "  ")
        + paint(Colour.DIM, String.format(Locale.ROOT, "%" + width + "d of %d ", index, total))
        + paint(colour, String.format(Locale.ROOT, "%-5s ", word))
        + rest;
  }

  String started(int index, int total, Node node) {
    return line(index, total, "START", Colour.DIM, paint(Colour.DIM, describe(node)));
  }

  String finished(int index, int total, NodeResult result) {
    Node node = result.node();
    String what = describe(node);
    String dots =
        paint(Colour.DIM, " " + ".".repeat(Math.max(3, WIDTH - 26 - what.length())) + " ");
    return switch (result.status()) {
      case SUCCESS -> line(index, total, "OK", Colour.GREEN, what + dots + answer(result));
      case PASS -> line(index, total, "PASS", Colour.GREEN, what + dots + in(result));
      case WARN ->
          line(index, total, "WARN", Colour.YELLOW, what + dots + count(result) + in(result));
      case FAIL -> line(index, total, "FAIL", Colour.RED, what + dots + count(result) + in(result));
      case ERROR -> line(index, total, "ERROR", Colour.RED, what + dots + in(result));
      case PARTIAL_SUCCESS -> line(index, total, "PART", Colour.RED, what + dots + answer(result));
      case SKIPPED ->
          line(index, total, "SKIP", Colour.YELLOW, what + paint(Colour.DIM, because(result)));
      case NO_OP -> line(index, total, "NO-OP", Colour.DIM, what);
    };
  }

  String freshness(int index, int total, SourceFreshness freshness) {
    Node source = freshness.source();
    String what = "freshness of " + source.extra().get("source_name") + "." + source.name();
    String dots =
        paint(Colour.DIM, " " + ".".repeat(Math.max(3, WIDTH - 26 - what.length())) + " ");
    String age =
        freshness
            .newest()
            .map(newest -> Duration.between(newest, freshness.now()))
            .map(BuildText::age)
            .orElse("no rows");
    Colour colour =
        switch (freshness.status()) {
          case PASS -> Colour.GREEN;
          case WARN -> Colour.YELLOW;
          default -> Colour.RED;
        };
    return line(index, total, freshness.status().name(), colour, what + dots + age);
  }

  private static String age(Duration age) {
    if (age.toDays() > 1) {
      return age.toDays() + " days old";
    }
    return age.toHours() > 1 ? age.toHours() + " hours old" : age.toMinutes() + " minutes old";
  }

  private String answer(NodeResult result) {
    String message = result.message();
    String said = message == null || message.equals("OK") || message.isBlank() ? "" : message + " ";
    return paint(Colour.GREEN, said) + in(result);
  }

  private String count(NodeResult result) {
    return paint(
        result.status() == NodeStatus.FAIL ? Colour.RED : Colour.YELLOW,
        result.failures().orElse(0) + " ");
  }

  private String in(NodeResult result) {
    return paint(Colour.DIM, "in " + seconds(result.took()));
  }

  // By hand, since a format costs as much as a small model's SQL, before it is compiled.
  private static String seconds(Duration took) {
    long hundredths = Math.round(took.toNanos() / 1e7);
    long rest = hundredths % 100;
    return hundredths / 100 + (rest < 10 ? ".0" : ".") + rest + "s";
  }

  private static String because(NodeResult result) {
    String reason = result.message();
    return reason == null || reason.isBlank() ? "" : ": " + reason;
  }

  /** What is wrong with a node, in a block with a blank line before it. */
  String details(NodeResult result, Optional<Path> compiled) {
    StringBuilder out = new StringBuilder("\n");
    boolean warning = result.status() == NodeStatus.WARN;
    String word =
        warning ? "Warning in " : result.status() == NodeStatus.FAIL ? "Failure in " : "Error in ";
    out.append(
        paint(
            Colour.BOLD,
            paint(warning ? Colour.YELLOW : Colour.RED, word + describe(result.node()))));
    out.append(paint(Colour.DIM, "  (" + folder.resolve(result.node().file().path()) + ")"));
    out.append('\n');
    if (result.problems().isEmpty()) {
      String message = result.message();
      if (message != null) {
        message.lines().forEach(l -> out.append("  ").append(l).append('\n'));
      }
    } else {
      problems(result.problems(), out);
    }
    result.rows().ifPresent(rows -> table(rows, result.failures().orElse(rows.rows().size()), out));
    compiled.ifPresent(
        file ->
            out.append(paint(Colour.DIM, "  compiled SQL: "))
                .append(paint(Colour.LINK, file.toString()))
                .append('\n'));
    return out.toString();
  }

  private void problems(List<Problem> problems, StringBuilder out) {
    String text = new ProblemPrinter(folder, colours).text(problems).stripTrailing();
    List<String> lines = new ArrayList<>(text.lines().toList());
    // The last line counts the problems.
    lines.remove(lines.size() - 1);
    while (!lines.isEmpty() && lines.get(lines.size() - 1).isBlank()) {
      lines.remove(lines.size() - 1);
    }
    lines.forEach(l -> out.append(l.isEmpty() ? "" : "  ").append(l).append('\n'));
  }

  private void table(QueryResult rows, long failures, StringBuilder out) {
    if (rows.rows().isEmpty()) {
      return;
    }
    List<List<String>> cells = new ArrayList<>();
    cells.add(rows.columns().stream().map(ColumnInfo::name).map(BuildText::cut).toList());
    int shown = Math.min(ROWS, rows.rows().size());
    for (List<@Nullable Object> row : rows.rows().subList(0, shown)) {
      cells.add(row.stream().map(v -> v == null ? "∅" : cut(String.valueOf(v))).toList());
    }
    int[] widths = new int[rows.columns().size()];
    for (List<String> line : cells) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    for (int r = 0; r < cells.size(); r++) {
      StringBuilder line = new StringBuilder("    ");
      for (int i = 0; i < widths.length; i++) {
        String cell = cells.get(r).get(i);
        line.append(cell).append(" ".repeat(widths[i] - cell.length() + 2));
      }
      String text = line.toString().stripTrailing();
      out.append(r == 0 ? paint(Colour.BOLD, text) : text).append('\n');
    }
    if (failures > shown) {
      out.append(paint(Colour.DIM, "    and " + (failures - shown) + " more")).append('\n');
    }
  }

  private static String cut(String text) {
    String line = text.replace("\n", "⏎");
    return line.length() <= CELL ? line : line.substring(0, CELL - 1) + "…";
  }

  /** How many nodes of which kind, in which time, and how they ended. */
  String summary(List<NodeResult> results, Duration took) {
    Map<String, Integer> kinds = new TreeMap<>();
    for (NodeResult result : results) {
      Node node = result.node();
      String kind =
          switch (node.type()) {
            case MODEL -> node.config().materialized() + " model";
            case TEST -> "data test";
            case OPERATION -> "project hook";
            default -> node.type().text().replace('_', ' ');
          };
      kinds.merge(kind, 1, Integer::sum);
    }
    List<String> parts = new ArrayList<>();
    kinds.forEach((kind, count) -> parts.add(count + " " + kind + (count == 1 ? "" : "s")));
    long errors =
        count(results, NodeStatus.ERROR)
            + count(results, NodeStatus.FAIL)
            + count(results, NodeStatus.PARTIAL_SUCCESS);
    long warnings = count(results, NodeStatus.WARN);
    long skipped = count(results, NodeStatus.SKIPPED);
    long passed = count(results, NodeStatus.SUCCESS) + count(results, NodeStatus.PASS);
    return String.format(
            Locale.ROOT,
            "%nFinished %s in %.2f s%n",
            String.join(", ", parts),
            took.toNanos() / 1e9)
        + paint(passed > 0 ? Colour.GREEN : Colour.DIM, "PASS=" + passed)
        + " "
        + paint(warnings > 0 ? Colour.YELLOW : Colour.DIM, "WARN=" + warnings)
        + " "
        + paint(errors > 0 ? Colour.RED : Colour.DIM, "ERROR=" + errors)
        + " "
        + paint(skipped > 0 ? Colour.YELLOW : Colour.DIM, "SKIP=" + skipped)
        + " "
        + paint(Colour.DIM, "NO-OP=" + count(results, NodeStatus.NO_OP))
        + " "
        + "TOTAL="
        + results.size()
        + "\n";
  }

  private static long count(List<NodeResult> results, NodeStatus status) {
    return results.stream().filter(r -> r.status() == status).count();
  }

  /** True if there is something to say about a result at the end. */
  static boolean hasDetails(NodeResult result) {
    return result.status() == NodeStatus.ERROR
        || result.status() == NodeStatus.FAIL
        || result.status() == NodeStatus.WARN
        || result.status() == NodeStatus.PARTIAL_SUCCESS;
  }

  /** The first line of a build. */
  String head(String project, String target, int nodes, int threads, Duration loading) {
    return paint(Colour.BOLD, project)
        + paint(
            Colour.DIM,
            String.format(
                Locale.ROOT,
                "  target %s, %d node%s, %d thread%s; read in %.2f s%n",
                target,
                nodes,
                nodes == 1 ? "" : "s",
                threads,
                threads == 1 ? "" : "s",
                loading.toNanos() / 1e9));
  }

  /** How many selected models are left alone. */
  String kept(int models) {
    return paint(
        Colour.DIM,
        models == 1
            ? "1 model is kept up to date by `millrace run`, and left alone"
            : models + " models are kept up to date by `millrace run`, and left alone");
  }

  /** A line of a template. */
  String said(String line) {
    return paint(Colour.DIM, clock() + "  ") + line;
  }
}
