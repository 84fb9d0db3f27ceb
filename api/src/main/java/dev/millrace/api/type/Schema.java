package dev.millrace.api.type;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Columns in order. Names are compared without regard to case, as SQL does. */
public record Schema(List<Column> columns) {
  /** Copies the list. */
  public Schema {
    columns = List.copyOf(columns);
  }

  /** The column of that name, whatever its case. */
  public Optional<Column> column(String name) {
    return columns.stream().filter(c -> c.name().equalsIgnoreCase(name)).findFirst();
  }

  /** The position of a column from 0, or -1. */
  public int indexOf(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
        return i;
      }
    }
    return -1;
  }

  /** The names in order. */
  public List<String> names() {
    return columns.stream().map(Column::name).toList();
  }
}
