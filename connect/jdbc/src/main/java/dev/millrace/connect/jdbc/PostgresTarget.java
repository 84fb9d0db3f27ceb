package dev.millrace.connect.jdbc;

import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Identifier;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table that fits the stream, with the statements that write to it.
 *
 * @param table its quoted name, with its schema
 * @param names its names for the stream's columns, in the stream's order
 * @param key the positions of the key's columns in {@code names}; empty in append mode
 */
record PostgresTarget(String table, List<String> names, List<Integer> key) {
  /** Where the changes of a batch are put before they are applied; a temporary table. */
  private static final String CHANGES = "pg_temp.millrace_changes";

  PostgresTarget {
    names = List.copyOf(names);
    key = List.copyOf(key);
  }

  List<String> keyNames() {
    return key.stream().map(names::get).toList();
  }

  /** Sends rows straight into the table. */
  String copyRows() {
    return "COPY %s (%s) FROM STDIN".formatted(table, columns());
  }

  /** Makes the table of changes, for the session, with the target's types. */
  String createChanges() {
    return "CREATE TEMPORARY TABLE millrace_changes ON COMMIT DELETE ROWS AS"
        + " SELECT %s, 0::smallint AS %s FROM %s WITH NO DATA"
            .formatted(columns(), weight(), table);
  }

  /** Sends rows with their weights into the table of changes. */
  String copyChanges() {
    return "COPY %s (%s, %s) FROM STDIN".formatted(CHANGES, columns(), weight());
  }

  /** Writes the rows of the changes with weight +1. */
  String upsertChanges() {
    return upsert("SELECT %s FROM %s WHERE %s > 0".formatted(columns(), CHANGES, weight()));
  }

  /** Writes one row, whose columns are the parameters. */
  String upsertRow() {
    return upsert("VALUES (" + String.join(", ", Collections.nCopies(names.size(), "?")) + ")");
  }

  private String upsert(String rows) {
    String updates =
        IntStream.range(0, names.size())
            .filter(i -> !key.contains(i))
            .mapToObj(i -> quoted(i) + " = EXCLUDED." + quoted(i))
            .collect(Collectors.joining(", "));
    return "INSERT INTO %s (%s) %s ON CONFLICT (%s) DO %s"
        .formatted(
            table,
            columns(),
            rows,
            key.stream().map(this::quoted).collect(Collectors.joining(", ")),
            updates.isEmpty() ? "NOTHING" : "UPDATE SET " + updates);
  }

  /**
   * Deletes the keys of the changes with weight -1 that have nulls in exactly these columns. One
   * statement for each such set, since no join or index of PostgreSQL takes {@code IS NOT DISTINCT
   * FROM}.
   *
   * @param nulls positions of key columns
   */
  String deleteChanges(Set<Integer> nulls) {
    String sameKey =
        key.stream()
            .map(
                i ->
                    nulls.contains(i)
                        ? "t.%s IS NULL AND c.%s IS NULL".formatted(quoted(i), quoted(i))
                        : "t.%s = c.%s".formatted(quoted(i), quoted(i)))
            .collect(Collectors.joining(" AND "));
    return "DELETE FROM %s AS t USING %s AS c WHERE c.%s < 0 AND %s"
        .formatted(table, CHANGES, weight(), sameKey);
  }

  /** Deletes one key, whose columns that are not null are the parameters. */
  String deleteRow(Set<Integer> nulls) {
    return key.stream()
        .map(i -> quoted(i) + (nulls.contains(i) ? " IS NULL" : " = ?"))
        .collect(Collectors.joining(" AND ", "DELETE FROM " + table + " WHERE ", ""));
  }

  /** The positions of the key's columns that are null in a row. */
  Set<Integer> nullsInKey(Batch batch, int row) {
    return key.stream().filter(i -> batch.value(row, i) == null).collect(Collectors.toSet());
  }

  String truncate() {
    return "TRUNCATE " + table;
  }

  /** The column of the weights, under a name that no other column has. */
  private String weight() {
    String name = "weight";
    while (names.contains(name)) {
      name = "_" + name;
    }
    return Identifier.quote(name);
  }

  private String quoted(int column) {
    return Identifier.quote(names.get(column));
  }

  private String columns() {
    return names.stream().map(Identifier::quote).collect(Collectors.joining(", "));
  }
}
