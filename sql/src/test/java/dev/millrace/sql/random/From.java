package dev.millrace.sql.random;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind FROM.
 *
 * @param columns with their relation's name before them
 * @param condition what WHERE has to say for it; null if nothing
 * @param single whether it is one relation, so that its watermarks are its result's
 */
record From(Part part, List<Column> columns, @Nullable Part condition, boolean single) {
  From(Part part, List<Column> columns) {
    this(part, columns, null, true);
  }

  List<Column> of(Kind kind) {
    return columns.stream().filter(c -> c.kind() == kind).toList();
  }

  List<Column> keys() {
    return columns.stream().filter(c -> c.kind().isKey()).toList();
  }

  List<Column> ordered() {
    return columns.stream().filter(c -> c.kind().isOrdered()).toList();
  }
}
