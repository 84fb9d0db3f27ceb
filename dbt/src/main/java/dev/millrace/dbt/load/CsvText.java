package dev.millrace.dbt.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads CSV as Python's reader does: a header, values in double quotes or without. */
final class CsvText {
  private final String text;
  private int at;

  private CsvText(String text) {
    this.text = text;
  }

  /**
   * The rows by column.
   *
   * @param emptyIsNull whether nothing between two commas is null
   */
  static List<Map<String, @Nullable Object>> rows(String text, boolean emptyIsNull) {
    CsvText csv = new CsvText(text.strip());
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    List<String> header = csv.line();
    while (csv.at < csv.text.length()) {
      List<String> values = csv.line();
      if (values.size() == 1 && values.get(0).isEmpty() && header.size() > 1) {
        continue;
      }
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      for (int i = 0; i < header.size(); i++) {
        String value = i < values.size() ? values.get(i) : null;
        row.put(header.get(i), emptyIsNull && "".equals(value) ? null : value);
      }
      rows.add(row);
    }
    return rows;
  }

  private List<String> line() {
    List<String> values = new ArrayList<>();
    StringBuilder value = new StringBuilder();
    boolean quoted = false;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (quoted && c == '"' && at < text.length() && text.charAt(at) == '"') {
        value.append('"');
        at++;
      } else if (c == '"' && (quoted || value.isEmpty())) {
        quoted = !quoted;
      } else if (!quoted && c == ',') {
        values.add(value.toString());
        value.setLength(0);
      } else if (!quoted && (c == '\n' || c == '\r')) {
        if (c == '\r' && at < text.length() && text.charAt(at) == '\n') {
          at++;
        }
        break;
      } else {
        value.append(c);
      }
    }
    values.add(value.toString());
    return values;
  }
}
