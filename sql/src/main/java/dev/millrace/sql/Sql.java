package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Pieces of SQL text. */
final class Sql {
  private Sql() {}

  /** The names, quoted, with commas between. */
  static String list(Collection<String> names) {
    return names.stream().map(Identifier::quote).collect(Collectors.joining(", "));
  }

  /** The names of one relation, each followed by a comma. */
  static String prefixed(String alias, Collection<String> names) {
    return names.stream()
        .map(name -> alias + "." + Identifier.quote(name) + ", ")
        .collect(Collectors.joining());
  }

  /** The names, each followed by a comma. */
  static String leading(Collection<String> names) {
    return names.stream().map(name -> Identifier.quote(name) + ", ").collect(Collectors.joining());
  }

  /** True where two relations agree in every column; nulls are equal. */
  static String same(String a, String b, Collection<String> names) {
    return names.stream()
        .map(name -> Identifier.quote(name))
        .map(name -> a + "." + name + " IS NOT DISTINCT FROM " + b + "." + name)
        .collect(Collectors.joining(" AND "));
  }

  /** True where the keys of a join match. */
  static String match(List<Join.Key> keys) {
    String all =
        keys.stream()
            .filter(key -> key.match() != Join.Match.ALL)
            .map(
                key ->
                    Identifier.quote(key.left())
                        + (key.match() == Join.Match.SAME ? " IS NOT DISTINCT FROM " : " = ")
                        + Identifier.quote(key.right()))
            .collect(Collectors.joining(" AND "));
    return all.isEmpty() ? "true" : all;
  }

  /**
   * An alias and a join that stand behind a relation in FROM: with the rows that a delta takes
   * back.
   *
   * @param how {@code SEMI} for the rows that are taken back, {@code ANTI} for those that stay
   */
  static String taken(String how, String alias, String delta, Collection<String> identity) {
    return " AS "
        + alias
        + " "
        + how
        + " JOIN (SELECT "
        + list(identity)
        + " FROM "
        + delta
        + " WHERE _w < 0) AS taken ON "
        + same(alias, "taken", identity);
  }

  static String groupBy(Collection<String> names) {
    return names.isEmpty() ? "" : " GROUP BY " + list(names);
  }

  /** {@code WHERE a AND b}; nothing if there are no conditions. */
  static String where(List<String> conditions) {
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }

  static String notNull(Collection<String> names) {
    return names.stream()
        .map(name -> Identifier.quote(name) + " IS NOT NULL")
        .collect(Collectors.joining(" AND "));
  }

  static String unionAll(List<String> selects) {
    return String.join("\nUNION ALL\n", selects);
  }
}
