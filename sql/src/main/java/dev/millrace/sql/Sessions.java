package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code session(t, ts, gap, key...)} in FROM. In a stream it is an operator of its own, because it
 * need not remember sessions that are over; plain SQL (see {@link Windows}) would.
 */
final class Sessions {
  private final Compilation compilation;

  Sessions(Compilation compilation) {
    this.compilation = compilation;
  }

  static boolean isTable(JsonNode from) {
    return from.path("type").asText().equals("TABLE_FUNCTION")
        && from.path("function")
            .path("function_name")
            .asText()
            .toLowerCase(Locale.ROOT)
            .equals("session");
  }

  /** The relation that a session function reads, as FROM would name it. */
  static JsonNode relation(JsonNode table) {
    JsonNode names = argument(table, 0).path("column_names");
    ObjectNode tree = DuckDb.object();
    tree.put("type", "BASE_TABLE").put("alias", "").putNull("sample");
    for (String place : List.of("query_location", "query_location_length")) {
      tree.set(place, argument(table, 0).path(place));
    }
    tree.put("table_name", names.path(names.size() - 1).asText());
    tree.put("schema_name", names.size() > 1 ? names.path(names.size() - 2).asText() : "");
    tree.putArray("column_name_alias");
    return tree;
  }

  private static JsonNode argument(JsonNode table, int position) {
    return table.path("function").path("arguments").path(position).path("expression");
  }

  /**
   * The relation with its sessions.
   *
   * @param from the relation
   */
  FromResolver.@Nullable From resolve(JsonNode table, FromResolver.From from) {
    ExpressionResolver resolver = new ExpressionResolver(compilation, from.scope(), Map.of());
    List<Field> operands = new ArrayList<>();
    Node node = from.items().get(0);
    int arguments = table.path("function").path("arguments").size();
    for (int i = 1; i < arguments; i++) {
      JsonNode tree = resolver.resolve(argument(table, i));
      if (!compilation.findings().isEmpty()) {
        return null;
      }
      if (i == 2) {
        if (Watermarks.hasColumn(tree)) {
          compilation
              .findings()
              .add(tree, SqlCode.SQL_UNSUPPORTED, "a session's gap is a constant interval", null);
          return null;
        }
        continue;
      }
      Expr expr = compilation.expr(tree);
      if (expr.isField()) {
        operands.add(node.field(expr.field()).orElseThrow());
      } else {
        node = compilation.extend(node, List.of("session_key"), List.of(expr), operands);
      }
    }
    String gap = compilation.expr(argument(table, 2)).sql();
    Field time = operands.get(0);
    List<Field> keys = new ArrayList<>(operands.subList(1, operands.size()));
    if (keys.isEmpty()) {
      node = compilation.extendByZero(node, "_session_key", keys);
    }
    String end = time.sql() + " + (" + gap + ")";
    String endType = compilation.types(List.of(time), List.of(end)).get(0);
    Names names = compilation.names();
    Field start =
        compilation.declare(new Field(names.fresh("window_start"), time.type(), time.origins()));
    Field last = compilation.declare(new Field(names.fresh("window_end"), endType, time.origins()));
    Node session = new Session(node, time, gap, List.copyOf(keys), start, last);
    return from(table, from, session, start, last);
  }

  private static FromResolver.From from(
      JsonNode table, FromResolver.From from, Node session, Field start, Field end) {
    List<Visible> columns = new ArrayList<>(from.scope().star());
    columns.add(new Visible("window_start", start));
    columns.add(new Visible("window_end", end));
    ArrayNode aliases = (ArrayNode) table.path("column_name_alias");
    for (int i = 0; i < Math.min(aliases.size(), columns.size()); i++) {
      columns.set(i, new Visible(aliases.path(i).asText(), columns.get(i).field()));
    }
    String alias = table.path("alias").asText();
    JsonNode names = argument(table, 0).path("column_names");
    String own = alias.isEmpty() ? names.path(names.size() - 1).asText() : alias;
    Scope scope = Scope.of(new Scope.Source(List.of(own), columns, Set.of()));
    return new FromResolver.From(List.of(session), List.of(), scope);
  }
}
