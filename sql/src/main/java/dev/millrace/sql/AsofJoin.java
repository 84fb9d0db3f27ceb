package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.sql.FromResolver.From;
import dev.millrace.sql.Node.Item;
import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * ASOF JOIN: the pairs whose keys are equal and whose times are in order, and of each left row's
 * the one whose right time is nearest. Right rows with equal keys and times are ordered by their
 * columns, in the text's tree too, so that a stream takes the same one as its query run once.
 */
final class AsofJoin {
  private static final Set<String> ORDERS =
      Set.of(
          "COMPARE_GREATERTHANOREQUALTO",
          "COMPARE_GREATERTHAN",
          "COMPARE_LESSTHANOREQUALTO",
          "COMPARE_LESSTHAN");

  private final Compilation compilation;
  private final JsonNode tree;

  AsofJoin(Compilation compilation, JsonNode tree) {
    this.compilation = compilation;
    this.tree = tree;
  }

  /**
   * The join; null if it cannot be made, which was told.
   *
   * @param conditions those of ON or USING, resolved; of USING the last one is the order
   */
  @Nullable Node join(Node left, Node right, From rightFrom, List<JsonNode> conditions) {
    boolean using = tree.path("using_columns").size() > 0;
    List<JsonNode> all = new ArrayList<>(conditions);
    if (using) {
      JsonNode last = all.remove(all.size() - 1);
      all.add(
          Compilation.compare(
              "COMPARE_GREATERTHANOREQUALTO", last.path("left"), last.path("right")));
    }
    List<JsonNode> orders =
        all.stream().filter(c -> ORDERS.contains(c.path("type").asText())).toList();
    if (isRefused(all, orders)) {
      return null;
    }
    boolean inner = tree.path("join_type").asText().equals("INNER");
    JsonNode order = orders.get(0);
    String side = sideOf(order, right);
    JsonNode time = order.path(side);
    boolean greatest = order.path("type").asText().contains("GREATER") == side.equals("right");
    if (compilation.isFirst(tree)) {
      settle(conditions, right);
    }
    Join.Kind kind = inner ? Join.Kind.INNER : Join.Kind.LEFT;
    Join pairs = new JoinBuilder(compilation).join(left, right, kind, all);
    Optional<Field> column = right.field(time.path("column_names").path(0).asText());
    if (greatest && column.isPresent()) {
      pairs = pairs.toNearest(column.get());
    }
    // A left row has one time: by it a watermark tells when its pair is final.
    List<String> keys = new ArrayList<>(left.identity());
    pairs.watermarks().keySet().stream().filter(n -> left.field(n).isPresent()).forEach(keys::add);
    List<Field> made = new ArrayList<>();
    Expr expr = compilation.expr(time);
    Node timed =
        expr.isField() ? pairs : compilation.extend(pairs, List.of("_time"), List.of(expr), made);
    String near = Sql.list(List.of(expr.isField() ? expr.field() : made.get(0).name()));
    Set<String> ties = new LinkedHashSet<>();
    rightFrom.scope().star().stream().map(Visible::field).map(Field::name).forEach(ties::add);
    ties.addAll(right.identity());
    return first(timed, keys, near + (greatest ? " DESC" : " ASC"), ties);
  }

  /** Tells what is not the form that there is a plan for. */
  private boolean isRefused(List<JsonNode> conditions, List<JsonNode> orders) {
    String type = tree.path("join_type").asText();
    String right = tree.path("right").path("type").asText();
    String form = "write it as `a ASOF LEFT JOIN b ON a.id = b.id AND a.ts >= b.ts`";
    if (!type.equals("INNER") && !type.equals("LEFT")) {
      String swapped = type.equals("RIGHT") ? "swap the sides: " : "";
      return refuse("an ASOF " + type + " JOIN", swapped + form);
    }
    if (!Set.of("BASE_TABLE", "SUBQUERY").contains(right)
        && !Sessions.isTable(tree.path("right"))) {
      return refuse(
          "an ASOF JOIN with something else than one relation on its right side",
          "put the right side into a subquery or into WITH");
    }
    if (orders.isEmpty()) {
      return refuse("an ASOF JOIN without an order of times in its ON", form);
    }
    if (orders.size() > 1) {
      return refuse(
          "an ASOF JOIN with several orders in its ON",
          "leave the one that finds the nearest row: " + form);
    }
    boolean others =
        conditions.stream()
            .anyMatch(c -> !orders.contains(c) && !c.path("type").asText().equals("COMPARE_EQUAL"));
    return others
        && refuse(
            "an ASOF JOIN with a condition that is neither an equality nor the order of times",
            "filter the right side in a subquery: a ASOF LEFT JOIN (SELECT * FROM b WHERE ...) b"
                + " ON a.id = b.id AND a.ts >= b.ts");
  }

  private static boolean readsAny(JsonNode tree, Node node) {
    Set<String> refs = Expr.refs(tree);
    return node.fields().stream().anyMatch(field -> refs.contains(field.name()));
  }

  private Node first(Node pairs, List<String> keys, String order, Set<String> ties) {
    String by = order + ", " + Sql.list(ties);
    String call = "row_number() OVER (PARTITION BY " + Sql.list(keys) + " ORDER BY " + by + ")";
    Expr expr = compilation.expr(compilation.duck().parseExpression(call));
    Field number = compilation.field("_nearness", "BIGINT", Set.of(), List.of());
    Node window =
        WindowFunctions.of(
            compilation, pairs, keys.stream().distinct().toList(), List.of(new Item(number, expr)));
    JsonNode condition = compilation.duck().parseExpression(number.sql() + " <= 1");
    return new Node.Filter(window, compilation.expr(condition));
  }

  /** In the text's tree, one right row for each key and time: the first one by its columns. */
  private void settle(List<JsonNode> conditions, Node rightNode) {
    List<JsonNode> keys = new ArrayList<>();
    tree.path("using_columns").forEach(c -> keys.add(Compilation.reference(c.asText())));
    if (keys.isEmpty()) {
      List<JsonNode> written = JoinBuilder.conjuncts(tree.path("condition"));
      for (int i = 0; i < written.size(); i++) {
        // What concerns the left side alone tells no right rows apart.
        String side = sideOf(conditions.get(i), rightNode);
        if (readsAny(conditions.get(i).path(side), rightNode)) {
          keys.add(written.get(i).path(side));
        }
      }
    }
    JsonNode once =
        compilation
            .duck()
            .parseExpression("(SELECT DISTINCT ON (1) * FROM x ORDER BY ALL)")
            .path("subquery");
    ObjectNode select = (ObjectNode) once.path("node");
    JsonNode right = tree.path("right");
    select.set("from_table", right);
    for (JsonNode modifier : select.path("modifiers")) {
      if (modifier.has("distinct_on_targets")) {
        ArrayNode targets = ((ObjectNode) modifier).putArray("distinct_on_targets");
        keys.forEach(targets::add);
      }
    }
    JsonNode named = Sessions.isTable(right) ? Sessions.relation(right) : right;
    String alias = right.path("alias").asText();
    ObjectNode from = DuckDb.object();
    from.put("type", "SUBQUERY");
    from.put("alias", alias.isEmpty() ? named.path("table_name").asText() : alias);
    from.putNull("sample");
    from.set("subquery", once);
    from.putArray("column_name_alias");
    ((ObjectNode) tree).set("right", from);
  }

  /** The side of a condition that the right relation makes. */
  private static String sideOf(JsonNode condition, Node right) {
    return readsAny(condition.path("right"), right) ? "right" : "left";
  }

  private boolean refuse(String what, String hint) {
    compilation.findings().unsupported(tree, what, hint);
    return true;
  }
}
