package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.option.Quantities;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.option.OptionReader;
import dev.millrace.project.yaml.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads dashboards. */
final class DashboardReader {
  private static final List<String> FORMATS = List.of("number", "percent", "bytes", "duration");

  private final OptionReader reader;
  private final Problems problems;
  private final Names names;

  DashboardReader(OptionReader reader, Problems problems) {
    this.reader = reader;
    this.problems = problems;
    this.names = new Names("dashboard", problems);
  }

  /** Reads one file; empty if it has no dashboard in it. */
  Optional<DashboardSpec> read(TextFile file, YamlNode root) {
    String fileName = file.path().substring(file.path().lastIndexOf('/') + 1);
    String name = fileName.substring(0, fileName.lastIndexOf('.'));
    names.add(name, SourceLocation.ofFile(file.path()));
    return reader.root(root, ProjectFormat.DASHBOARD).map(block -> dashboard(name, block));
  }

  private DashboardSpec dashboard(String name, OptionBlock block) {
    List<Duration> ranges = ranges(block);
    Duration defaultRange = defaultRange(block, ranges);
    List<DashboardSpec.Filter> filters = filters(block);
    List<String> parameters = new ArrayList<>(List.of("from", "to"));
    filters.forEach(f -> parameters.add(f.name()));
    block
        .blocks("filters")
        .forEach(f -> f.located("sql").ifPresent(s -> checkSql(s, List.of("from", "to"))));
    List<DashboardSpec.Panel> panels = new ArrayList<>();
    for (OptionBlock panel : block.blocks("panels")) {
      panel.located("sql").ifPresent(s -> checkSql(s, parameters));
      panel(panel).ifPresent(panels::add);
    }
    return new DashboardSpec(
        name,
        block.text("title").orElse(name),
        block.text("description").orElse(""),
        ranges,
        defaultRange,
        filters,
        panels,
        block.where());
  }

  private List<Duration> ranges(OptionBlock block) {
    List<Duration> ranges = new ArrayList<>();
    if (block.block("time").filter(t -> t.given("ranges")).isEmpty()) {
      String text = ProjectFormat.TIME.option("ranges").orElseThrow().defaultText();
      for (String range : String.valueOf(text).split(", ")) {
        ranges.add(Quantities.duration(range).orElseThrow());
      }
      block.block("time").flatMap(t -> t.duration("default")).ifPresent(ranges::add);
    } else {
      for (OptionBlock.Located text : block.block("time").orElseThrow().list("ranges")) {
        Optional<Duration> range = Quantities.duration(text.text()).filter(d -> !d.isZero());
        range.ifPresentOrElse(
            ranges::add,
            () ->
                problems.error(
                    ProjectError.BAD_VALUE,
                    text.where(),
                    "`" + text.text() + "` is no time range",
                    "write a duration, such as `15 minutes`"));
      }
    }
    return ranges.stream().distinct().sorted().toList();
  }

  private Duration defaultRange(OptionBlock block, List<Duration> ranges) {
    Optional<OptionBlock> time = block.block("time");
    Optional<Duration> chosen = time.flatMap(t -> t.duration("default"));
    if (chosen.isPresent() && !ranges.contains(chosen.get())) {
      problems.error(
          ProjectError.BAD_VALUE,
          time.orElseThrow().where("default"),
          "the default time range is none of `ranges`",
          "add it there");
    }
    return chosen.orElse(ranges.isEmpty() ? Duration.ofMinutes(15) : ranges.get(0));
  }

  private List<DashboardSpec.Filter> filters(OptionBlock block) {
    Names filterNames = new Names("filter", problems);
    List<DashboardSpec.Filter> filters = new ArrayList<>();
    for (OptionBlock filter : block.blocks("filters")) {
      Optional<OptionBlock.Located> name = filter.located("name");
      if (name.isEmpty()) {
        continue;
      }
      filterNames.add(name.get().text(), name.get().where());
      if (List.of("from", "to").contains(name.get().text().toLowerCase(Locale.ROOT))) {
        problems.error(
            ProjectError.BAD_NAME,
            name.get().where(),
            "a filter cannot be called `" + name.get().text() + "`: that is the time range",
            null);
      }
      filters.add(
          new DashboardSpec.Filter(
              name.get().text(),
              filter.text("label").orElse(name.get().text()),
              filter.text("sql").orElse("").strip(),
              filter.where("sql")));
    }
    return filters;
  }

  private Optional<DashboardSpec.Panel> panel(OptionBlock panel) {
    long width = panel.number("width").orElse(0L);
    if (width < 1 || width > 12) {
      problems.error(
          ProjectError.BAD_VALUE,
          panel.where("width"),
          "`width` must be between 1 and 12, found `" + width + "`",
          "the page is 12 wide");
    }
    panel.located("format").ifPresent(this::checkFormat);
    Optional<DashboardSpec.Kind> kind =
        panel.text("type").map(t -> DashboardSpec.Kind.valueOf(t.toUpperCase(Locale.ROOT)));
    kind.ifPresent(k -> checkColumns(panel, k));
    return kind.map(
        k ->
            new DashboardSpec.Panel(
                panel.text("title").orElse(""),
                k,
                panel.text("sql").orElse("").strip(),
                panel.text("x"),
                panel.list("y").stream().map(OptionBlock.Located::text).toList(),
                panel.text("series"),
                panel.text("format").orElse(FORMATS.get(0)),
                (int) width,
                panel.text("text").or(() -> panel.text("title")).orElse(""),
                panel.where("sql")));
  }

  private void checkFormat(OptionBlock.Located format) {
    boolean currency =
        format.text().matches("[A-Z]{3}")
            && Currency.getAvailableCurrencies().stream()
                .anyMatch(c -> c.getCurrencyCode().equals(format.text()));
    if (!currency && !FORMATS.contains(format.text())) {
      String hint = Suggestion.didYouMean(format.text(), FORMATS);
      problems.error(
          ProjectError.BAD_VALUE,
          format.where(),
          "`" + format.text() + "` is no format",
          hint != null
              ? hint
              : "write `" + String.join("`, `", FORMATS) + "`, or a currency such as `EUR`");
    }
  }

  private void checkColumns(OptionBlock panel, DashboardSpec.Kind kind) {
    List<String> needed =
        switch (kind) {
          case NUMBER, TABLE -> List.of();
          case LINE, BAR, PIE -> List.of("x", "y");
          case HEATMAP -> List.of("x", "y", "series");
        };
    String type = kind.name().toLowerCase(Locale.ROOT);
    for (String key : needed) {
      if (!panel.given(key)) {
        problems.error(
            ProjectError.MISSING_KEY,
            panel.where("type"),
            "a " + type + " panel needs `" + key + "`",
            "add `"
                + key
                + "`: "
                + switch (key) {
                  case "x" -> "the column along the axis";
                  case "y" -> "the columns drawn as values";
                  default -> "the column that makes the rows of cells";
                });
      }
    }
    boolean one = kind == DashboardSpec.Kind.PIE || kind == DashboardSpec.Kind.HEATMAP;
    if (one && panel.list("y").size() > 1) {
      problems.error(
          ProjectError.BAD_VALUE,
          panel.where("y"),
          "a " + type + " panel draws one column, found " + panel.list("y").size(),
          null);
    }
  }

  private void checkSql(OptionBlock.Located sql, List<String> parameters) {
    if (SqlText.isEmpty(sql.text())) {
      problems.error(ProjectError.BAD_VALUE, sql.where(), "`sql` has no SELECT in it", null);
    }
    for (SqlText.Word parameter : SqlText.parameters(sql.text())) {
      if (!parameters.contains(parameter.text())) {
        String hint = Suggestion.didYouMean(parameter.text(), parameters);
        problems.error(
            ProjectError.UNKNOWN_PARAMETER,
            sql.places().locate(parameter.offset(), parameter.text().length() + 1),
            "no filter `" + parameter.text() + "` in this dashboard",
            hint != null ? hint : "it has `$" + String.join("`, `$", parameters) + "`");
      }
    }
  }
}
