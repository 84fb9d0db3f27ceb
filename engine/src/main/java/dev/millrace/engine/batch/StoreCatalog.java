package dev.millrace.engine.batch;

import dev.millrace.api.type.Identifier;
import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.adapter.RelationType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What tables, views and schemas there are, as the session's transaction sees them. */
final class StoreCatalog {
  private static final String RELATIONS =
      "SELECT database_name, schema_name, table_name, true, temporary FROM duckdb_tables()"
          + " WHERE %1$s UNION ALL SELECT database_name, schema_name, view_name, false, temporary"
          + " FROM duckdb_views() WHERE NOT internal AND %2$s ORDER BY 3";

  /** What DuckDB calls the database of the store. */
  private static final String STORE = "store";

  private final Function<String, QueryResult> query;
  private final RelationCache cache;

  StoreCatalog(Function<String, QueryResult> query, RelationCache cache) {
    this.query = query;
    this.cache = cache;
  }

  private static String is(String column, String name) {
    return "lower(" + column + ") = " + Identifier.literal(name.toLowerCase(Locale.ROOT));
  }

  List<Relation> relations(String database, String schema) {
    String both = is("database_name", database) + " AND " + is("schema_name", schema);
    return list(String.format(Locale.ROOT, RELATIONS, both, both));
  }

  Optional<Relation> find(Relation relation) {
    String schema = relation.schema();
    if (relation.database().equalsIgnoreCase(STORE) && cache.knows(schema, relation.identifier())) {
      return cache.find(schema, relation.identifier(), this::all);
    }
    return look(relation);
  }

  /**
   * True for a table that is surely there: it can be asked for its columns by itself, which takes
   * half a millisecond, not tens as the columns of all relations. If it were not, the question
   * would abort the transaction; so would one about a view whose table is gone.
   */
  private boolean isUntouchedTable(Relation relation) {
    return relation.database().equalsIgnoreCase(STORE)
        && cache.knows(relation.schema(), relation.identifier())
        && find(relation).flatMap(Relation::type).equals(Optional.of(RelationType.TABLE));
  }

  private List<Relation> all() {
    String store = is("database_name", STORE);
    return list(String.format(Locale.ROOT, RELATIONS, store, store));
  }

  private Optional<Relation> look(Relation relation) {
    String both =
        is("database_name", relation.database()) + " AND " + is("schema_name", relation.schema());
    return list(
            String.format(
                Locale.ROOT,
                RELATIONS,
                both + " AND " + is("table_name", relation.identifier()),
                both + " AND " + is("view_name", relation.identifier())))
        .stream()
        .findFirst();
  }

  private List<Relation> list(String sql) {
    List<Relation> relations = new ArrayList<>();
    for (List<@Nullable Object> row : query.apply(sql).rows()) {
      relations.add(
          new Relation(
              String.valueOf(row.get(0)),
              String.valueOf(row.get(1)),
              String.valueOf(row.get(2)),
              Optional.of(
                  Boolean.TRUE.equals(row.get(3)) ? RelationType.TABLE : RelationType.VIEW)));
    }
    return relations;
  }

  List<ColumnInfo> columns(Relation relation) {
    List<ColumnInfo> columns = new ArrayList<>();
    String sql =
        isUntouchedTable(relation)
            ? "SELECT name, type FROM pragma_table_info("
                + Identifier.literal(relation.toString())
                + ") ORDER BY cid"
            : "SELECT column_name, data_type FROM duckdb_columns() WHERE "
                + is("table_name", relation.identifier())
                + " AND "
                + is("schema_name", relation.schema())
                + " AND "
                + is("database_name", relation.database())
                + " ORDER BY column_index";
    for (List<@Nullable Object> row : query.apply(sql).rows()) {
      columns.add(new ColumnInfo(String.valueOf(row.get(0)), String.valueOf(row.get(1))));
    }
    return columns;
  }

  List<String> schemas(String database) {
    return texts(
        "SELECT DISTINCT schema_name FROM duckdb_schemas() WHERE NOT internal AND "
            + is("database_name", database)
            + " UNION SELECT 'main' ORDER BY 1");
  }

  /** Lower-case names of the streams, each of which has a table in {@code published}. */
  Set<String> streams() {
    return new HashSet<>(
        texts(
            "SELECT lower(table_name) FROM duckdb_tables() WHERE schema_name = 'published'"
                + " AND database_name = current_database()"));
  }

  private List<String> texts(String sql) {
    List<String> texts = new ArrayList<>();
    for (List<@Nullable Object> row : query.apply(sql).rows()) {
      texts.add(String.valueOf(row.get(0)));
    }
    return texts;
  }
}
