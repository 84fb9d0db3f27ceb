package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** A query's rows as the API gives them, printed in three ways. */
final class Rows {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WIDEST = 60;

  private final List<String> columns = new ArrayList<>();
  private final JsonNode rows;
  private final boolean truncated;

  Rows(JsonNode answer) {
    answer.path("columns").forEach(c -> columns.add(c.path("name").asText()));
    this.rows = answer.path("rows");
    this.truncated = answer.path("truncated").asBoolean();
  }

  boolean truncated() {
    return truncated;
  }

  int size() {
    return rows.size();
  }

  String json() {
    ArrayNode all = JSON.createArrayNode();
    for (JsonNode row : rows) {
      ObjectNode object = all.addObject();
      for (int i = 0; i < columns.size(); i++) {
        object.set(columns.get(i), row.get(i));
      }
    }
    return all.toPrettyString();
  }

  String csv() {
    StringBuilder out = new StringBuilder();
    line(out, columns);
    for (JsonNode row : rows) {
      List<String> cells = new ArrayList<>();
      row.forEach(cell -> cells.add(cell.isNull() ? "" : text(cell)));
      line(out, cells);
    }
    return out.toString();
  }

  private static void line(StringBuilder out, List<String> cells) {
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      boolean quoted =
          cell.contains(",") || cell.contains("\"") || cell.contains("\n") || cell.contains("\r");
      out.append(i == 0 ? "" : ",").append(quoted ? '"' + cell.replace("\"", "\"\"") + '"' : cell);
    }
    out.append("\r\n");
  }

  String table() {
    List<Integer> widths = new ArrayList<>();
    columns.forEach(c -> widths.add(Math.min(WIDEST, c.length())));
    boolean[] numeric = new boolean[columns.size()];
    java.util.Arrays.fill(numeric, rows.size() > 0);
    for (JsonNode row : rows) {
      for (int i = 0; i < columns.size(); i++) {
        widths.set(i, Math.max(widths.get(i), cell(row.path(i)).length()));
        numeric[i] &= row.path(i).isNumber() || row.path(i).isNull();
      }
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      out.append(i == 0 ? "" : "  ").append(pad(cut(columns.get(i)), widths.get(i), numeric[i]));
    }
    strip(out).append('\n');
    for (int i = 0; i < columns.size(); i++) {
      out.append(i == 0 ? "" : "  ").append("─".repeat(widths.get(i)));
    }
    out.append('\n');
    for (JsonNode row : rows) {
      for (int i = 0; i < columns.size(); i++) {
        out.append(i == 0 ? "" : "  ").append(pad(cell(row.path(i)), widths.get(i), numeric[i]));
      }
      strip(out).append('\n');
    }
    return out.append(rows.size()).append(rows.size() == 1 ? " row\n" : " rows\n").toString();
  }

  private static StringBuilder strip(StringBuilder out) {
    while (out.length() > 0 && out.charAt(out.length() - 1) == ' ') {
      out.setLength(out.length() - 1);
    }
    return out;
  }

  private static String cell(JsonNode value) {
    return cut(value.isNull() ? "∅" : text(value).replace("\n", "⏎"));
  }

  private static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : value.toString();
  }

  private static String cut(String text) {
    return text.length() <= WIDEST ? text : text.substring(0, WIDEST - 1) + "…";
  }

  private static String pad(String text, int width, boolean right) {
    String space = " ".repeat(Math.max(0, width - text.length()));
    return right ? space + text : text + space;
  }
}
