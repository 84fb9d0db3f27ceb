package dev.millrace.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.engine.change.AssetChange;
import dev.millrace.engine.change.AssetChange.Verdict;
import dev.millrace.engine.change.ChangePlan;
import dev.millrace.project.Colour;
import dev.millrace.project.Project;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A {@link ChangePlan} in words, with or without colours, and as JSON. */
final class PlanText {
  private static final int WIDTH = 100;

  private final Project project;
  private final ChangePlan plan;
  private final boolean colours;

  PlanText(Project project, ChangePlan plan, boolean colours) {
    this.project = project;
    this.plan = plan;
    this.colours = colours;
  }

  /** The changes one by one, then what stays as it is. */
  String text() {
    StringBuilder out = new StringBuilder();
    List<AssetChange> changed = plan.changes().stream().filter(PlanText::isChange).toList();
    List<AssetChange> rest = plan.changes().stream().filter(c -> !isChange(c)).toList();
    out.append(paint(Colour.BOLD, project.name())).append(" on ").append(project.target().name());
    out.append(": ");
    out.append(
        changed.isEmpty()
            ? "nothing to do, the store is what the project says"
            : changed.size() + " of " + plan.changes().size() + " assets change");
    out.append("\n");
    int names = changed.stream().mapToInt(c -> title(c).length()).max().orElse(0);
    if (!changed.isEmpty()) {
      out.append('\n');
    }
    for (AssetChange change : changed) {
      out.append(line(change, names)).append('\n');
      if (!change.reason().isEmpty() && change.verdict() != Verdict.CANNOT) {
        note(out, change.reason());
      }
      change.notes().forEach(n -> note(out, n));
    }
    if (!rest.isEmpty()) {
      out.append('\n');
      wrap("unchanged: " + list(rest), "  ").forEach(l -> out.append(dim(l)).append('\n'));
    }
    List<AssetChange> cosmetic =
        rest.stream().filter(c -> c.verdict() == Verdict.COSMETIC).toList();
    if (!cosmetic.isEmpty()) {
      wrap("written differently, same program: " + list(cosmetic), "  ")
          .forEach(l -> out.append(dim(l)).append('\n'));
    }
    return out.toString();
  }

  /** A line for each asset that changes. */
  List<String> lines() {
    List<AssetChange> changed = plan.changes().stream().filter(PlanText::isChange).toList();
    int names = changed.stream().mapToInt(c -> title(c).length()).max().orElse(0);
    return changed.stream().map(c -> line(c, names)).toList();
  }

  private static boolean isChange(AssetChange change) {
    return change.verdict() != Verdict.UNCHANGED && change.verdict() != Verdict.COSMETIC;
  }

  private static String list(List<AssetChange> changes) {
    return changes.stream().map(AssetChange::name).distinct().collect(Collectors.joining(", "));
  }

  private static String title(AssetChange change) {
    return change.kind() + " " + change.name();
  }

  private String line(AssetChange change, int width) {
    String title = title(change);
    String padded = title + " ".repeat(width - title.length());
    return mark(change.verdict()) + " " + padded + "  " + verdict(change);
  }

  private String verdict(AssetChange change) {
    String text = change.verdict().text();
    return switch (change.verdict()) {
      case NEW -> paint(Colour.GREEN, text);
      case REMOVED, CANNOT -> paint(Colour.RED, text);
      default -> paint(Colour.YELLOW, text);
    };
  }

  private String mark(Verdict verdict) {
    return switch (verdict) {
      case NEW -> paint(Colour.GREEN, "+");
      case REMOVED -> paint(Colour.RED, "-");
      case CANNOT -> paint(Colour.RED, "✗");
      default -> paint(Colour.YELLOW, "~");
    };
  }

  private void note(StringBuilder out, String text) {
    wrap(text, "").forEach(l -> out.append("    ").append(dim(l)).append('\n'));
  }

  private static List<String> wrap(String text, String indent) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() + word.length() >= WIDTH - 4) {
        lines.add(line.toString().stripTrailing());
        line = new StringBuilder(indent);
      }
      line.append(word).append(' ');
    }
    lines.add(line.toString().stripTrailing());
    return lines;
  }

  private String dim(String text) {
    return paint(Colour.DIM, text);
  }

  private String paint(Colour colour, String text) {
    return colour.paint(text, colours);
  }

  /** For programs. */
  String json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("project", project.name());
    root.put("target", project.target().name());
    root.put("possible", plan.problems().isEmpty());
    ArrayNode changes = root.putArray("changes");
    for (AssetChange change : plan.changes()) {
      ObjectNode node = changes.addObject();
      node.put("kind", change.kind());
      node.put("name", change.name());
      node.put("verdict", change.verdict().name().toLowerCase(Locale.ROOT));
      node.put("reason", change.reason());
      ArrayNode notes = node.putArray("notes");
      change.notes().forEach(notes::add);
    }
    return root.toPrettyString() + "\n";
  }
}
