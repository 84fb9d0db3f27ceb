package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.project.UnitTestSpec.Cell;
import dev.millrace.project.UnitTestSpec.Row;
import dev.millrace.project.UnitTestSpec.Rows;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the rows of unit tests in every format, inline or from files below {@code tests/}. */
final class RowsReader {
  private static final List<String> ENDINGS = List.of(".csv", ".sql", ".json", ".jsonl", ".txt");

  private final ProjectFiles files;
  private final Problems problems;
  private Optional<List<TextFile>> fixtures = Optional.empty();

  RowsReader(ProjectFiles files, Problems problems) {
    this.files = files;
    this.problems = problems;
  }

  /**
   * The rows of a block with {@code rows}, {@code format} and {@code fixture}; empty if it has none
   * of them, or if there is a problem.
   */
  Optional<Rows> read(OptionBlock block) {
    String format = block.text("format").orElse("dict");
    Optional<YamlNode> rows = block.node("rows");
    if (block.given("fixture")) {
      return block.located("fixture").flatMap(f -> fixture(f, format, block));
    }
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    if (rows.get() instanceof YamlNode.Scalar text && !format.equals("dict")) {
      return Optional.of(text(text.text(), text.places(), format));
    }
    if (format.equals("csv") || format.equals("sql")) {
      problems.error(
          ProjectError.BAD_VALUE,
          rows.get().where(),
          "`rows` is " + rows.get().kind() + ", and `format: " + format + "` needs a text",
          "write `rows: |` and the text below it, or leave `format` out");
      return Optional.empty();
    }
    return list(rows.get(), "rows").map(Rows.Listed::new);
  }

  private Optional<Rows> fixture(OptionBlock.Located name, String format, OptionBlock block) {
    if (block.given("rows")) {
      problems.error(
          ProjectError.BAD_VALUE,
          block.keyPlace("fixture"),
          "both `rows` and `fixture`",
          "leave one of them out");
    }
    if (format.equals("dict")) {
      problems.error(
          ProjectError.BAD_VALUE,
          block.keyPlace("fixture"),
          "a fixture has no `format: dict`",
          "say how the file is written: `format: csv`, or `sql`");
      return Optional.empty();
    }
    List<TextFile> all =
        fixtures.orElseGet(() -> files.in("tests", ENDINGS.toArray(new String[0])));
    fixtures = Optional.of(all);
    List<TextFile> found = all.stream().filter(f -> isCalled(f, name.text(), format)).toList();
    if (found.size() != 1) {
      String hint =
          Suggestion.didYouMean(name.text(), all.stream().map(f -> stem(f.path())).toList());
      problems.error(
          ProjectError.UNKNOWN_FILE,
          name.where(),
          found.isEmpty()
              ? "no file `" + name.text() + "` of this format below `tests/`"
              : "several files `" + name.text() + "` below `tests/`",
          found.isEmpty()
              ? hint != null ? hint : "it would be in `tests/fixtures/`"
              : "give the path below `tests/`: `" + found.get(0).path().substring(6) + "`");
      return Optional.empty();
    }
    TextFile file = found.get(0);
    return Optional.of(text(file.text(), file::at, format));
  }

  private static boolean isCalled(TextFile file, String name, String format) {
    String path = file.path().substring("tests/".length());
    String stem = stem(path);
    boolean fits =
        switch (format) {
          case "csv", "sql" -> path.endsWith("." + format);
          default -> true;
        };
    String last = path.substring(path.lastIndexOf('/') + 1);
    return fits && (name.equals(path) || name.equals(last) || name.equals(stem));
  }

  private static String stem(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.substring(0, name.lastIndexOf('.'));
  }

  private Rows text(String text, YamlNode.Places places, String format) {
    return switch (format) {
      case "csv" -> new Rows.Listed(CsvRows.read(text, places, problems));
      case "sql" -> new Rows.Query(text, places);
      default -> new Rows.Listed(lines(text, places));
    };
  }

  private static List<Row> lines(String text, YamlNode.Places places) {
    List<Row> rows = new ArrayList<>();
    int start = 0;
    for (String line : text.split("\n", -1)) {
      if (!line.isBlank()) {
        rows.add(new Row.Raw(Optional.of(line), places.locate(start, line.length())));
      }
      start += line.length() + 1;
    }
    return rows;
  }

  /** A list of rows below a key; empty, with a problem, if it is something else. */
  Optional<List<Row>> list(YamlNode node, String key) {
    if (!(node instanceof YamlNode.Sequence sequence)) {
      problems.error(
          ProjectError.BAD_VALUE,
          node.where(),
          "`" + key + "` is " + node.kind() + ", expected a list of rows",
          key.equals("rows")
              ? "begin each row with `- `, or say `format: csv`"
              : "begin each row with `- `");
      return Optional.empty();
    }
    List<Row> rows = new ArrayList<>();
    for (YamlNode item : sequence.items()) {
      rows.add(row(item));
    }
    return Optional.of(rows);
  }

  private static Row row(YamlNode item) {
    if (item instanceof YamlNode.Mapping mapping) {
      List<Cell> cells =
          mapping.entries().stream()
              .map(e -> new Cell(e.key().text(), e.value(), e.key().where()))
              .toList();
      return new Row.Cells(cells, mapping.where());
    }
    SourceLocation where = item.where();
    return item instanceof YamlNode.Scalar scalar && !scalar.isNull()
        ? new Row.Raw(Optional.of(scalar.text()), where)
        : new Row.Raw(Optional.empty(), where);
  }
}
