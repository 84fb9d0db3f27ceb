package dev.millrace.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The partial results that an aggregate operator keeps for each group: numbers to which a batch's
 * changes are added, and extremes to which they are compared. Calls that need the same one share
 * it.
 */
final class Partials {
  /**
   * One column of the state.
   *
   * @param source the relation that has a batch's changes, an alias
   * @param change its expression over the source's rows of a group
   * @param merged its value after the batch; {@code {o}} is the value before (null for a new
   *     group), {@code {c}} the change (null if the group has none)
   */
  record Partial(
      String column, String before, String type, String source, String change, String merged) {
    Partial {
      merged =
          merged
              .replace("{o}", "o." + dev.millrace.api.type.Identifier.quote(column))
              .replace("{c}", source + "." + dev.millrace.api.type.Identifier.quote(column));
    }
  }

  /** An aggregate's value, as SQL in which {@code {x}} stands for the partial x. */
  record Result(Field field, String template) {
    /** The value before or after the batch. */
    String sql(Partials partials, boolean before) {
      String sql = template;
      for (Partial partial : partials.all()) {
        String column = before ? partial.before() : partial.column();
        sql =
            sql.replace(
                "{" + partial.column() + "}", dev.millrace.api.type.Identifier.quote(column));
      }
      return sql;
    }
  }

  static final Set<String> EXACT =
      Set.of(
          "BOOLEAN",
          "TINYINT",
          "SMALLINT",
          "INTEGER",
          "BIGINT",
          "HUGEINT",
          "UTINYINT",
          "USMALLINT",
          "UINTEGER",
          "UBIGINT");

  private final Names names;
  private final Map<String, Partial> partials = new LinkedHashMap<>();

  Partials(Names names) {
    this.names = names;
  }

  List<Partial> all() {
    return new ArrayList<>(partials.values());
  }

  List<Partial> from(String source) {
    return partials.values().stream().filter(p -> p.source().equals(source)).toList();
  }

  static boolean isExact(String type) {
    return EXACT.contains(type) || type.startsWith("DECIMAL(");
  }

  static boolean isFloating(String type) {
    return type.equals("DOUBLE") || type.equals("FLOAT");
  }

  /** How many rows fulfil a condition. */
  String count(Source source, String label, @Nullable String condition) {
    String only = and(source.only(), condition);
    String filter = only == null ? "" : " FILTER (WHERE " + only + ")";
    String change =
        source.weight() == null
            ? "count(*)" + filter
            : "CAST(coalesce(sum(" + source.weight() + ")" + filter + ", 0) AS BIGINT)";
    return add(label, "BIGINT", source.alias(), change, "coalesce({o}, 0) + coalesce({c}, 0)");
  }

  /** The sum of a value over the rows that fulfil a condition; 0 if there are none. */
  String sum(Source source, String label, String value, String type, @Nullable String condition) {
    String only = and(source.only(), condition);
    String change;
    if (source.weight() == null) {
      String filter = only == null ? "" : " FILTER (WHERE " + only + ")";
      change = "coalesce(sum(" + value + ")" + filter + ", 0)";
    } else {
      String come = and(source.weight() + " > 0", only);
      String gone = and(source.weight() + " < 0", only);
      change = "coalesce(sum(" + value + ") FILTER (WHERE " + come + "), 0)";
      change += " - coalesce(sum(" + value + ") FILTER (WHERE " + gone + "), 0)";
    }
    String merged = "CAST(coalesce({o}, 0) + coalesce({c}, 0) AS " + type + ")";
    return add(label, type, source.alias(), "CAST(" + change + " AS " + type + ")", merged);
  }

  /** Any other partial; the same change of the same source is kept once. */
  String add(String label, String type, String source, String change, String merged) {
    String key = source + "\n" + change + "\n" + merged;
    Partial known = partials.get(key);
    if (known == null) {
      String column = names.fresh(label);
      known = new Partial(column, names.fresh(column + "_before"), type, source, change, merged);
      partials.put(key, known);
    }
    return known.column();
  }

  /** Both conditions, of which either may be none. */
  static @Nullable String and(@Nullable String one, @Nullable String other) {
    return one == null ? other : other == null ? one : "(" + one + ") AND " + other;
  }

  /**
   * Rows to aggregate: the input's changes, or the values that appear and disappear among them.
   *
   * @param weight SQL of 1 for a row that comes and -1 for one that goes; null if all come
   * @param only SQL of the rows that count; null if all do
   */
  record Source(String alias, @Nullable String weight, @Nullable String only) {}
}
