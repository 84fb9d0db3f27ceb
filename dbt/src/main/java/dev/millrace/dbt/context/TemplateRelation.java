package dev.millrace.dbt.context;

import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.adapter.RelationType;
import dev.millrace.jinja.value.Attributes;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A relation as templates see it: {@code this}, what {@code ref()} returns, {@code
 * api.Relation.create(...)}. Prints as {@code "database"."schema"."name"}. Immutable. It is a
 * mapping too, as packages know relations by that.
 */
final class TemplateRelation extends AbstractMap<String, @Nullable Object> implements Attributes {
  private final @Nullable String database;
  private final @Nullable String schema;
  private final @Nullable String identifier;
  private final @Nullable String type;
  private final Parts quote;
  private final Parts include;
  private final @Nullable String external;
  private final @Nullable String wrap;

  /**
   * A relation.
   *
   * @param database null if it has none
   * @param schema null if it has none
   * @param identifier null if it is a schema
   * @param type {@code table}, {@code view}, {@code cte}, {@code external}; null if that is unknown
   * @param quote which parts are put in quotes: database, schema, identifier
   * @param include which parts are printed
   * @param external what stands in its place: a table function over files; null if nothing does
   * @param wrap what is printed instead, around the name; null for the name
   */
  private TemplateRelation(
      @Nullable String database,
      @Nullable String schema,
      @Nullable String identifier,
      @Nullable String type,
      Parts quote,
      Parts include,
      @Nullable String external,
      @Nullable String wrap) {
    this.database = database;
    this.schema = schema;
    this.identifier = identifier;
    this.type = type;
    this.quote = quote;
    this.include = include;
    this.external = external;
    this.wrap = wrap;
  }

  @Nullable String database() {
    return database;
  }

  @Nullable String schema() {
    return schema;
  }

  @Nullable String identifier() {
    return identifier;
  }

  @Nullable String type() {
    return type;
  }

  Parts quote() {
    return quote;
  }

  Parts include() {
    return include;
  }

  /** A switch for each part of a name. */
  record Parts(boolean database, boolean schema, boolean identifier) {
    static final Parts ALL = new Parts(true, true, true);

    Parts with(@Nullable Object newDatabase, @Nullable Object newSchema, @Nullable Object newName) {
      return new Parts(
          newDatabase instanceof Boolean d ? d : database,
          newSchema instanceof Boolean s ? s : schema,
          newName instanceof Boolean i ? i : identifier);
    }

    Map<String, Object> dict() {
      return Map.of("database", database, "schema", schema, "identifier", identifier);
    }
  }

  /** What comes before the name of an ephemeral model's query. */
  static final String EPHEMERAL = "__dbt__cte__";

  static TemplateRelation of(
      @Nullable String database,
      @Nullable String schema,
      @Nullable String identifier,
      @Nullable String type) {
    return new TemplateRelation(
        database, schema, identifier, type, Parts.ALL, Parts.ALL, null, null);
  }

  static TemplateRelation of(Relation relation) {
    return of(
        relation.database(),
        relation.schema(),
        relation.identifier(),
        relation.type().map(type -> type.name().toLowerCase(Locale.ROOT)).orElse(null));
  }

  /** The query of an ephemeral model, which is put before those that read it. */
  static TemplateRelation ephemeral(String name) {
    return new TemplateRelation(
        null,
        null,
        EPHEMERAL + name,
        "cte",
        new Parts(true, true, false),
        new Parts(false, false, true),
        null,
        null);
  }

  /** As engines know it; empty if a part is missing. */
  Optional<Relation> relation() {
    if (database == null || schema == null || identifier == null) {
      return Optional.empty();
    }
    Optional<RelationType> known =
        type == null
            ? Optional.empty()
            : switch (type) {
              case "table" -> Optional.of(RelationType.TABLE);
              case "view" -> Optional.of(RelationType.VIEW);
              case "cte" -> Optional.of(RelationType.CTE);
              default -> Optional.empty();
            };
    return Optional.of(new Relation(database, schema, identifier, known));
  }

  TemplateRelation path(
      @Nullable String newDatabase, @Nullable String newSchema, @Nullable String newIdentifier) {
    return new TemplateRelation(
        newDatabase, newSchema, newIdentifier, type, quote, include, external, wrap);
  }

  TemplateRelation typed(@Nullable String newType) {
    return new TemplateRelation(
        database, schema, identifier, newType, quote, include, external, wrap);
  }

  TemplateRelation quoted(Parts parts) {
    return new TemplateRelation(database, schema, identifier, type, parts, include, external, wrap);
  }

  TemplateRelation including(Parts parts) {
    return new TemplateRelation(database, schema, identifier, type, quote, parts, external, wrap);
  }

  TemplateRelation external(@Nullable String text) {
    return new TemplateRelation(database, schema, identifier, type, quote, include, text, wrap);
  }

  /** Prints as {@code pattern}, in which {@code %s} is the name. */
  TemplateRelation wrapped(@Nullable String pattern) {
    return new TemplateRelation(
        database, schema, identifier, type, quote, include, external, pattern);
  }

  /** The name with its database and schema. */
  String render() {
    if (external != null) {
      return external;
    }
    List<String> parts = new ArrayList<>();
    part(parts, database, include.database(), quote.database());
    part(parts, schema, include.schema(), quote.schema());
    part(parts, identifier, include.identifier(), quote.identifier());
    return String.join(".", parts);
  }

  private static void part(
      List<String> parts, @Nullable String name, boolean included, boolean quoted) {
    if (name != null && included) {
      parts.add(quoted ? "\"" + name.replace("\"", "\"\"") + "\"" : name);
    }
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "database" -> database;
      case "schema" -> schema;
      case "identifier", "name", "table" -> identifier;
      case "type" -> type;
      case "is_table" -> "table".equals(type);
      case "is_view" -> "view".equals(type);
      case "is_cte" -> "cte".equals(type);
      case "is_materialized_view", "is_pointer", "is_dynamic_table" -> false;
      case "can_be_renamed", "can_be_replaced" -> false;
      case "quote_character" -> "\"";
      case "quote_policy" -> quote.dict();
      case "include_policy" -> include.dict();
      case "path" -> path();
      default -> RelationMethods.find(this, name);
    };
  }

  private Map<String, @Nullable Object> path() {
    Map<String, @Nullable Object> path = new LinkedHashMap<>();
    path.put("database", database);
    path.put("schema", schema);
    path.put("identifier", identifier);
    return path;
  }

  @Override
  public Set<Entry<String, @Nullable Object>> entrySet() {
    Map<String, @Nullable Object> dict = new LinkedHashMap<>();
    dict.put("metadata", Map.of("type", typeName()));
    dict.put("path", path());
    dict.put("type", type);
    dict.put("quote_character", "\"");
    dict.put("quote_policy", quote.dict());
    dict.put("include_policy", include.dict());
    dict.put("external", external);
    return dict.entrySet();
  }

  @Override
  public String typeName() {
    return "DuckDBRelation";
  }

  @Override
  public String toString() {
    return wrap == null ? render() : wrap.replace("%s", render());
  }
}
