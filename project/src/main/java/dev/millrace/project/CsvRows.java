package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.UnitTestSpec.Cell;
import dev.millrace.project.UnitTestSpec.Row;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Comma-separated values with a header (RFC 4180), every field with its place. A field without
 * quotes is null if it is empty; spaces around it do not count.
 */
final class CsvRows {
  private final String text;
  private final YamlNode.Places places;
  private final Problems problems;
  private int at;

  private CsvRows(String text, YamlNode.Places places, Problems problems) {
    this.text = text;
    this.places = places;
    this.problems = problems;
  }

  static List<Row> read(String text, YamlNode.Places places, Problems problems) {
    return new CsvRows(text, places, problems).rows();
  }

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    skipEmptyLines();
    if (at == text.length()) {
      problems.error(
          ProjectError.BAD_VALUE,
          places.locate(0, 0),
          "no header",
          "begin with a line of column names, such as `id,amount`");
      return rows;
    }
    List<YamlNode.Scalar> header = record();
    for (skipEmptyLines(); at < text.length(); skipEmptyLines()) {
      SourceLocation where = places.locate(at, 1);
      List<YamlNode.Scalar> fields = record();
      if (fields.size() != header.size()) {
        problems.error(
            ProjectError.BAD_VALUE,
            where,
            "the header has " + header.size() + " names, this row " + fields.size() + " fields",
            "a field that contains a comma must stand in double quotes");
        continue;
      }
      List<Cell> cells = new ArrayList<>();
      for (int i = 0; i < fields.size(); i++) {
        cells.add(new Cell(header.get(i).text(), fields.get(i), header.get(i).where()));
      }
      rows.add(new Row.Cells(cells, where));
    }
    return rows;
  }

  private void skipEmptyLines() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  /** The fields up to the end of the line. */
  private List<YamlNode.Scalar> record() {
    List<YamlNode.Scalar> fields = new ArrayList<>();
    fields.add(field());
    while (at < text.length() && text.charAt(at) == ',') {
      at++;
      fields.add(field());
    }
    return fields;
  }

  private YamlNode.Scalar field() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    if (at < text.length() && text.charAt(at) == '"') {
      return quoted();
    }
    int start = at;
    while (at < text.length() && ",\n\r".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String value = text.substring(start, at).strip();
    return new YamlNode.Scalar(
        value, false, places.locate(start, Math.max(1, value.length())), places);
  }

  private YamlNode.Scalar quoted() {
    int start = at++;
    StringBuilder value = new StringBuilder();
    while (at < text.length() && (text.charAt(at) != '"' || isDoubled())) {
      at += text.charAt(at) == '"' ? 1 : 0;
      value.append(text.charAt(at++));
    }
    if (at == text.length()) {
      problems.error(
          ProjectError.BAD_VALUE, places.locate(start, 1), "a quote is never closed", null);
    }
    at = Math.min(text.length(), at + 1);
    while (at < text.length() && ",\n\r".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return new YamlNode.Scalar(value.toString(), true, places.locate(start, at - start), places);
  }

  private boolean isDoubled() {
    return at + 1 < text.length() && text.charAt(at + 1) == '"';
  }
}
