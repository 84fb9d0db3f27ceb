package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.sql.Scope.Visible;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Checks the names of a stream's columns: each once, and none that the store uses itself. */
final class OutputNames {
  private final Compilation compilation;
  private final JsonNode query;

  /** For the outermost query of a text. */
  OutputNames(Compilation compilation, JsonNode query) {
    this.compilation = compilation;
    this.query = query;
  }

  /** Tells each name that cannot be, where the list has it. */
  void check(List<Visible> columns) {
    Set<String> seen = new HashSet<>();
    for (Visible column : columns) {
      String lower = column.name().toLowerCase(Locale.ROOT);
      if (!seen.add(lower)) {
        problem(
            column.name(),
            "two columns are called `" + column.name() + "`",
            "name one with AS, or leave it out: * EXCLUDE (...)");
      } else if (lower.equals("_w") || lower.equals("_n")) {
        problem(
            column.name(),
            "Millrace keeps the column name `" + column.name() + "` for itself",
            "use another");
      }
    }
  }

  private void problem(String name, String message, String hint) {
    JsonNode select = query;
    while (!select.path("children").path(0).isMissingNode()) {
      select = select.path("children").path(0);
    }
    JsonNode place = QueryResolver.firstPlace(query);
    for (JsonNode item : select.path("select_list")) {
      boolean star = item.path("class").asText().equals("STAR");
      if (star || SelectList.name(item, compilation.duck()).equalsIgnoreCase(name)) {
        place = item;
      }
    }
    compilation.findings().add(place, SqlCode.SQL_COLUMN_NAME, message, hint);
  }
}
