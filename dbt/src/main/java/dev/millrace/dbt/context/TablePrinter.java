package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Json;
import dev.millrace.jinja.value.Printing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tables as text. */
final class TablePrinter {
  private static final int MAX_ROWS = 20;
  private static final int MAX_COLUMNS = 6;

  private TablePrinter() {}

  /** As agate prints them: at most 20 rows and 6 columns. */
  static String table(TemplateTable table) {
    int columns = Math.min(MAX_COLUMNS, table.names().size());
    boolean more = columns < table.names().size();
    List<List<String>> lines = new ArrayList<>();
    List<String> header = new ArrayList<>(table.names().subList(0, columns));
    lines.add(header);
    for (TemplateRow row : table.rows().subList(0, Math.min(MAX_ROWS, table.rows().size()))) {
      lines.add(row.stream().limit(columns).map(TablePrinter::cell).toList());
    }
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (int row = 0; row < lines.size(); row++) {
      out.append('|');
      for (int i = 0; i < columns; i++) {
        String text = lines.get(row).get(i);
        String space = " ".repeat(widths[i] - text.length());
        boolean right = row > 0 && table.rows().get(row - 1).get(i) instanceof Number;
        out.append(' ').append(right ? space + text : text + space).append(" |");
      }
      out.append(more ? " ... |\n" : "\n");
      if (row == 0) {
        out.append('|');
        for (int width : widths) {
          out.append(' ').append("-".repeat(width)).append(" |");
        }
        out.append(more ? " --- |\n" : "\n");
      }
    }
    return out.toString();
  }

  private static String cell(@Nullable Object value) {
    String text = value == null ? "" : Printing.str(value);
    return text.length() > 20 ? text.substring(0, 17) + "..." : text;
  }

  static String csv(TemplateTable table) {
    StringBuilder out = new StringBuilder(String.join(",", table.names())).append('\n');
    for (TemplateRow row : table.rows()) {
      List<String> cells = new ArrayList<>();
      for (Object value : row) {
        String text = value == null ? "" : Printing.str(value);
        boolean quoted = text.contains(",") || text.contains("\"") || text.contains("\n");
        cells.add(quoted ? "\"" + text.replace("\"", "\"\"") + "\"" : text);
      }
      out.append(String.join(",", cells)).append('\n');
    }
    return out.toString();
  }

  static String json(TemplateTable table) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (TemplateRow row : table.rows()) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      for (int i = 0; i < table.names().size(); i++) {
        Object value = row.get(i);
        one.put(
            table.names().get(i),
            value == null || value instanceof Boolean || value instanceof Number
                ? value
                : Printing.str(value));
      }
      rows.add(one);
    }
    return Json.write(rows, false, -1);
  }
}
