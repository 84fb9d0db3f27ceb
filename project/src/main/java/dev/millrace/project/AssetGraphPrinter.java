package dev.millrace.project;

import dev.millrace.project.AssetGraph.Asset;
import dev.millrace.project.AssetGraph.Edge;
import dev.millrace.project.AssetGraph.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Shows a project's assets as a tree from its sources to its sinks and dashboards. Each asset
 * stands once, below the last of those that it reads, and names the others.
 */
public final class AssetGraphPrinter {
  private final Project project;
  private final boolean colours;
  private final Map<String, Asset> assets = new LinkedHashMap<>();
  private final Map<String, List<String>> reads = new HashMap<>();
  private final Map<String, List<String>> below = new HashMap<>();
  private final List<Line> lines = new ArrayList<>();

  private record Line(String branch, Asset asset, String note) {}

  private AssetGraphPrinter(Project project, boolean colours) {
    this.project = project;
    this.colours = colours;
    project.graph().assets().forEach(a -> assets.put(a.id(), a));
    for (Edge edge : project.graph().edges()) {
      reads.computeIfAbsent(edge.to(), k -> new ArrayList<>()).add(edge.from());
    }
    List<String> order = List.copyOf(assets.keySet());
    for (String id : order) {
      reads.getOrDefault(id, List.of()).stream()
          .max((a, b) -> Integer.compare(order.indexOf(a), order.indexOf(b)))
          .ifPresent(above -> below.computeIfAbsent(above, k -> new ArrayList<>()).add(id));
    }
  }

  /**
   * The tree, with a line above it that names project, target and systems.
   *
   * @param colours true for a terminal
   */
  public static String print(Project project, boolean colours) {
    return new AssetGraphPrinter(project, colours).print();
  }

  private String print() {
    for (Asset asset : assets.values()) {
      if (reads.getOrDefault(asset.id(), List.of()).isEmpty()) {
        add(asset, "", "");
      }
    }
    int nameWidth =
        lines.stream()
            .mapToInt(l -> l.branch().length() + name(l.asset()).length())
            .max()
            .orElse(0);
    int kindWidth = lines.stream().mapToInt(l -> kind(l.asset()).length()).max().orElse(0);
    StringBuilder out = new StringBuilder(head()).append("\n\n");
    for (Line line : lines) {
      String name = name(line.asset());
      String kind = kind(line.asset());
      String text =
          Colour.DIM.paint(line.branch(), colours)
              + Colour.BOLD.paint(name, colours && line.asset().kind() != Kind.EPHEMERAL)
              + " ".repeat(nameWidth - line.branch().length() - name.length() + 2)
              + colour(line.asset().kind()).paint(kind, colours)
              + " ".repeat(kindWidth - kind.length() + 2)
              + line.note();
      out.append(text.stripTrailing()).append('\n');
    }
    return out.toString();
  }

  private String head() {
    String systems =
        project.target().systems().stream()
            .map(s -> s.embedded() ? s.name() + " (embedded)" : s.name())
            .collect(Collectors.joining(", "));
    return Colour.BOLD.paint(project.name(), colours)
        + ", target "
        + Colour.BOLD.paint(project.target().name(), colours)
        + (systems.isEmpty() ? "" : " on " + systems);
  }

  private void add(Asset asset, String branch, String indent) {
    List<String> others = new ArrayList<>(reads.getOrDefault(asset.id(), List.of()));
    others.removeIf(o -> below.getOrDefault(o, List.of()).contains(asset.id()));
    List<String> notes = new ArrayList<>();
    notes.addAll(details(asset));
    if (!others.isEmpty()) {
      notes.add("also reads " + String.join(", ", others));
    }
    lines.add(new Line(branch, asset, String.join(", ", notes)));
    List<String> children = below.getOrDefault(asset.id(), List.of());
    for (int i = 0; i < children.size(); i++) {
      boolean last = i == children.size() - 1;
      Asset child = assets.get(children.get(i));
      if (child != null) {
        add(child, indent + (last ? "└─ " : "├─ "), indent + (last ? "   " : "│  "));
      }
    }
  }

  private List<String> details(Asset asset) {
    List<String> details = new ArrayList<>();
    switch (asset.kind()) {
      case SOURCE -> project.sources().forEach(s -> source(s, asset, details));
      case STREAM ->
          project
              .model(asset.id())
              .ifPresent(
                  m -> {
                    if (m.emit() == ModelSpec.Emit.ON_CLOSE) {
                      details.add("on close");
                    }
                    details.add(m.retain().map(r -> "kept " + words(r)).orElse("kept for ever"));
                  });
      case SINK ->
          project.sinks().stream()
              .filter(s -> asset.id().equals("sink:" + s.name()))
              .forEach(
                  s -> {
                    String mode = s.mode().name().toLowerCase(Locale.ROOT);
                    details.add(mode + " to " + s.system() + " " + s.table());
                  });
      case DASHBOARD ->
          project.dashboards().stream()
              .filter(d -> asset.id().equals("dashboard:" + d.name()))
              .forEach(d -> details.add(d.title()));
      default -> {}
    }
    return details;
  }

  private static void source(SourceSpec source, Asset asset, List<String> details) {
    for (StreamSpec stream : source.streams()) {
      if (stream.qualifiedName().equals(asset.id())) {
        details.add(
            "topic " + stream.topic() + source.connector().map(c -> " from " + c).orElse(""));
      }
    }
  }

  private static String name(Asset asset) {
    return asset.kind() == Kind.SOURCE ? asset.id() : asset.name();
  }

  private static String kind(Asset asset) {
    return asset.kind().name().toLowerCase(Locale.ROOT);
  }

  private static Colour colour(Kind kind) {
    return switch (kind) {
      case SOURCE -> Colour.GREEN;
      case STREAM -> Colour.CYAN;
      case EPHEMERAL -> Colour.DIM;
      case VIEW, TABLE, SEED, SNAPSHOT -> Colour.BLUE;
      case SINK -> Colour.YELLOW;
      case DASHBOARD -> Colour.MAGENTA;
    };
  }

  /** A duration in its largest unit that needs no fraction: {@code 2 days}. */
  private static String words(Duration duration) {
    long millis = duration.toMillis();
    long[] sizes = {86_400_000, 3_600_000, 60_000, 1000, 1};
    String[] units = {"day", "hour", "minute", "second", "millisecond"};
    for (int i = 0; i < sizes.length; i++) {
      if (millis % sizes[i] == 0 && millis >= sizes[i]) {
        long count = millis / sizes[i];
        return count + " " + units[i] + (count == 1 ? "" : "s");
      }
    }
    return duration.toString();
  }
}
