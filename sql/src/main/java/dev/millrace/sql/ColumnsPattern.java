package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Identifier;
import dev.millrace.sql.StarColumns.Chosen;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which columns {@code COLUMNS(...)} chooses: all of a star, those whose names a regular expression
 * matches, those of a list of names, or those for which a lambda over names is true.
 */
final class ColumnsPattern {
  /** What {@code * LIKE '...'} and its like are in DuckDB's tree. */
  private static final Set<String> LIKES =
      Set.of(
          "~~",
          "!~~",
          "~~~",
          "!~~~",
          "~~*",
          "!~~*",
          "regexp_full_match",
          "like_escape",
          "not_like_escape",
          "ilike_escape",
          "not_ilike_escape");

  private final Compilation compilation;
  private final StarColumns stars;

  /**
   * The columns that were chosen.
   *
   * @param regex the SQL of the regular expression that chose them; null if none did
   */
  record Found(List<Chosen> columns, @Nullable String regex, DuckDb duck) {
    /** The alias with the column's name for {@code \0} and the groups for {@code \1} and so on. */
    String alias(String alias, String column) {
      StringBuilder name = new StringBuilder();
      for (int i = 0; i < alias.length(); i++) {
        char c = alias.charAt(i);
        char next = c == '\\' && i + 1 < alias.length() ? alias.charAt(++i) : '\\';
        if (c != '\\' || next == '\\') {
          name.append(c);
        } else if (next == '0') {
          name.append(column);
        } else if (regex != null && Character.isDigit(next)) {
          String group = "regexp_extract(" + Identifier.literal(column) + ", " + regex + ", ";
          name.append(text(group + next + ")"));
        }
      }
      return name.toString();
    }

    private String text(String sql) {
      try {
        return duck.texts("SELECT " + sql).get(0);
      } catch (SQLException e) {
        // DuckDB tells the group that is not there when it binds the query.
        return "";
      }
    }
  }

  ColumnsPattern(Compilation compilation, StarColumns stars) {
    this.compilation = compilation;
    this.stars = stars;
  }

  /**
   * The columns that one chooses; none if that was told as a problem.
   *
   * @param star {@code COLUMNS(...)} in DuckDB's tree
   * @param place where to tell problems
   */
  Found of(JsonNode star, JsonNode place) {
    List<Chosen> columns = stars.of(star);
    JsonNode expression = star.path("expr");
    if (!expression.isObject()) {
      return found(columns, null);
    }
    return chosen(columns, withNames(expression), star.has("query_location") ? star : place);
  }

  private Found found(List<Chosen> columns, @Nullable String regex) {
    return new Found(columns, regex, compilation.duck());
  }

  /** The columns of {@code * LIKE '...'}; empty if the item is something else. */
  Optional<Found> like(JsonNode item) {
    JsonNode call = item;
    while (call.path("type").asText().equals("OPERATOR_NOT")) {
      call = call.path("children").path(0);
    }
    JsonNode star = call.path("arguments").path(0).path("expression");
    JsonNode pattern = call.path("arguments").path(1).path("expression");
    if (!LIKES.contains(call.path("function_name").asText())
        || !star.path("class").asText().equals("STAR")
        || star.path("columns").asBoolean()) {
      return Optional.empty();
    }
    List<Chosen> columns = stars.of(star);
    boolean regex = call.path("function_name").asText().equals("regexp_full_match");
    if (regex && call == item && star.path("exclude_list").isEmpty()) {
      // DuckDB takes it for COLUMNS('...'), which matches parts of names, too.
      return Optional.of(chosen(columns, pattern, item));
    }
    List<Chosen> chosen = new ArrayList<>();
    for (Chosen column : columns) {
      JsonNode test = replace(item, star, text(column));
      if (texts(compilation.duck().printExpression(test), item).equals(List.of("true"))) {
        chosen.add(column);
      }
    }
    return Optional.of(found(chosen, null));
  }

  private Found chosen(List<Chosen> columns, JsonNode expression, JsonNode place) {
    if (!isConstant(expression)) {
      refuse(place, "COLUMNS(...) takes a constant text, a list of names or a lambda", null);
      return found(List.of(), null);
    }
    String sql = compilation.duck().printExpression(expression);
    List<String> types = texts("typeof(" + sql + ")", place);
    if (types.equals(List.of("VARCHAR"))) {
      List<Chosen> chosen = new ArrayList<>();
      for (Chosen column : columns) {
        String test = "regexp_matches(" + Identifier.literal(name(column)) + ", " + sql + ")";
        List<String> matches = texts(test, place);
        if (matches.isEmpty()) {
          return found(List.of(), null);
        }
        if (matches.equals(List.of("true"))) {
          chosen.add(column);
        }
      }
      checkSome(chosen, columns, place);
      return found(chosen, sql);
    }
    if (!types.equals(List.of("VARCHAR[]"))) {
      if (!types.isEmpty()) {
        refuse(place, "COLUMNS(...) takes a text or a list of names, not " + types.get(0), null);
      }
      return found(List.of(), null);
    }
    List<String> names = texts("unnest(" + sql + ")", place);
    List<String> known = columns.stream().map(ColumnsPattern::name).distinct().toList();
    for (String name : names) {
      if (known.stream().noneMatch(name::equalsIgnoreCase)) {
        refuse(place, "there is no column `" + name + "`", Suggestion.didYouMean(name, known));
      }
    }
    List<Chosen> chosen =
        columns.stream()
            .filter(column -> names.stream().anyMatch(name(column)::equalsIgnoreCase))
            .toList();
    checkSome(chosen, columns, place);
    return found(chosen, null);
  }

  private void checkSome(List<Chosen> chosen, List<Chosen> columns, JsonNode place) {
    if (chosen.isEmpty() && !columns.isEmpty()) {
      List<String> names = columns.stream().map(ColumnsPattern::name).distinct().toList();
      String hint = "case counts; there are " + String.join(", ", names);
      refuse(place, "COLUMNS(...) matches no column", hint);
    }
  }

  private void refuse(JsonNode place, String message, @Nullable String hint) {
    compilation.findings().add(place, SqlCode.SQL_UNKNOWN_COLUMN, message, hint);
  }

  private static String name(Chosen column) {
    String own = column.own();
    return own == null ? column.name() : own;
  }

  private List<String> texts(String sql, JsonNode place) {
    try {
      return compilation.duck().texts("SELECT " + sql);
    } catch (SQLException e) {
      String message = DuckDb.details(e).path("exception_message").asText();
      String first = message.lines().findFirst().orElse(message);
      compilation.findings().add(place, SqlCode.SQL_INVALID, first, null);
      return List.of();
    }
  }

  /** The expression with names in place of a star: a lambda filters these. */
  private JsonNode withNames(JsonNode expression) {
    JsonNode inner = expression.path("arguments").path(0).path("expression");
    if (!inner.path("class").asText().equals("STAR")) {
      return expression;
    }
    List<String> names =
        stars.of(inner).stream().map(ColumnsPattern::name).map(Identifier::literal).toList();
    String list = "CAST([" + String.join(", ", names) + "] AS VARCHAR[])";
    return replace(expression, inner, compilation.duck().parseExpression(list));
  }

  private JsonNode text(Chosen column) {
    return compilation.duck().parseExpression(Identifier.literal(name(column)));
  }

  private static JsonNode replace(JsonNode tree, JsonNode part, JsonNode by) {
    if (tree == part) {
      return by;
    }
    if (tree.isArray()) {
      ArrayNode array = DuckDb.array();
      tree.forEach(child -> array.add(replace(child, part, by)));
      return array;
    }
    if (!tree.isObject()) {
      return tree;
    }
    ObjectNode copy = DuckDb.object();
    tree.fields().forEachRemaining(e -> copy.set(e.getKey(), replace(e.getValue(), part, by)));
    return copy;
  }

  /** True if nothing in it changes from one moment to the next. */
  private boolean isConstant(JsonNode tree) {
    if (tree.path("class").asText().equals("SUBQUERY")
        || compilation.duck().isUnstable(tree.path("function_name").asText())) {
      return false;
    }
    for (JsonNode child : tree) {
      if (!isConstant(child)) {
        return false;
      }
    }
    return true;
  }
}
