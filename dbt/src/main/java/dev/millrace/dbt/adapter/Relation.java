package dev.millrace.dbt.adapter;

import dev.millrace.api.type.Identifier;
import java.util.Optional;

/**
 * A table or view by name.
 *
 * @param database DuckDB's name of the database
 * @param schema in it
 * @param identifier its name there
 * @param type what it is, if that is known
 */
public record Relation(
    String database, String schema, String identifier, Optional<RelationType> type) {
  /** A relation of a type that is not known yet. */
  public static Relation of(String database, String schema, String identifier) {
    return new Relation(database, schema, identifier, Optional.empty());
  }

  /** Database, schema and name in quotes. */
  @Override
  public String toString() {
    return Identifier.quote(database)
        + "."
        + Identifier.quote(schema)
        + "."
        + Identifier.quote(identifier);
  }
}
