package dev.millrace.engine.lookup;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.sql.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A table, seed, snapshot or view of these that builds make and streams read.
 *
 * @param name as {@code ref()} has it
 * @param schema of the store in which it is
 * @param identifier its name there, which {@code alias} may have changed
 * @param made what it is made of by builds, itself among them: {@code schema.identifier} in lower
 *     case
 * @param columns those that streams use, at least one
 */
public record LookupTable(
    String name, String schema, String identifier, Set<String> made, Schema columns) {
  /** Columns that Millrace keeps for itself; a table's own ones of these names are not seen. */
  private static final Set<String> TAKEN = Set.of(Relation.ROW, "_w", "_n");

  /** Copies the set. */
  public LookupTable {
    made = Set.copyOf(made);
  }

  /** What it is to programs that read it. */
  public Relation relation() {
    return Relation.ofTable(name, columns);
  }

  /** Qualified and quoted. */
  public String qualified() {
    return "store." + Identifier.quote(schema) + "." + Identifier.quote(identifier);
  }

  /** The name of the copy of its rows in the store's schema {@code state}. */
  public static String copy(String name) {
    return "lookup_" + name;
  }

  /** How a table is named among those that a build has written. */
  public static String written(String schema, String identifier) {
    return (schema + "." + identifier).toLowerCase(Locale.ROOT);
  }

  /**
   * The columns of a table that streams can use.
   *
   * @param names as the table has them
   * @param types as DuckDB writes them, in the same order
   */
  static Schema readable(List<String> names, List<String> types) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Optional<DataType> type = DataTypeParser.parse(types.get(i));
      if (type.isPresent() && !TAKEN.contains(names.get(i).toLowerCase(Locale.ROOT))) {
        columns.add(new Column(names.get(i), type.get()));
      }
    }
    return new Schema(columns);
  }
}
