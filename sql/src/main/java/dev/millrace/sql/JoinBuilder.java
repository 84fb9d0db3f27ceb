package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.sql.Node.Distance;
import dev.millrace.sql.Node.Filter;
import dev.millrace.sql.Node.Join;
import dev.millrace.sql.Node.Key;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Turns relations and the conditions between them into joins with keys. */
final class JoinBuilder {
  private final Compilation compilation;
  private final Distances distances;

  JoinBuilder(Compilation compilation) {
    this.compilation = compilation;
    this.distances = new Distances(compilation);
  }

  /** The conditions that a conjunction consists of; BETWEEN is two. */
  static List<JsonNode> conjuncts(JsonNode condition) {
    List<JsonNode> all = new ArrayList<>();
    if (condition.path("type").asText().equals("CONJUNCTION_AND")) {
      condition.path("children").forEach(child -> all.addAll(conjuncts(child)));
    } else if (condition.path("type").asText().equals("COMPARE_BETWEEN")) {
      JsonNode input = condition.path("input");
      all.add(Compilation.compare("COMPARE_GREATERTHANOREQUALTO", input, condition.path("lower")));
      all.add(Compilation.compare("COMPARE_LESSTHANOREQUALTO", input, condition.path("upper")));
    } else if (condition.isObject()) {
      all.add(condition);
    }
    return all;
  }

  /**
   * All items joined, and only the rows for which every condition is true.
   *
   * @param places for each item, where to tell that it has no key
   */
  Node inner(List<Node> items, List<JsonNode> places, List<JsonNode> conditions) {
    List<Expr> open = new ArrayList<>(conditions.stream().map(compilation::expr).toList());
    List<Node> filtered = new ArrayList<>();
    for (Node item : items) {
      filtered.add(filter(item, take(open, names(item))));
    }
    Node left = filtered.get(0);
    for (int i = 1; i < filtered.size(); i++) {
      Node right = filtered.get(i);
      Set<String> both = new HashSet<>(names(left));
      both.addAll(names(right));
      left = join(left, right, false, take(open, both), places.get(i));
    }
    return filter(left, open);
  }

  /** Every left row, with its partners or with nulls. */
  Node outer(Node left, Node right, JsonNode place, List<JsonNode> conditions) {
    List<Expr> open = new ArrayList<>(conditions.stream().map(compilation::expr).toList());
    List<Expr> rightOnly =
        open.stream()
            .filter(c -> !c.refs().isEmpty() && names(right).containsAll(c.refs()))
            .toList();
    open.removeAll(rightOnly);
    return join(left, filter(right, rightOnly), true, open, place);
  }

  /** The conditions over these fields alone, taken out of {@code open}. */
  private static List<Expr> take(List<Expr> open, Set<String> fields) {
    List<Expr> taken = open.stream().filter(c -> fields.containsAll(c.refs())).toList();
    open.removeAll(taken);
    return taken;
  }

  private Node filter(Node input, List<Expr> conditions) {
    if (conditions.isEmpty()) {
      return input;
    }
    if (input instanceof Join join && join.outer()) {
      // What concerns the left side alone keeps or drops a left row with all its pairs.
      List<Expr> open = new ArrayList<>(conditions);
      List<Expr> leftOnly = take(open, names(join.left()));
      if (!leftOnly.isEmpty()) {
        Node left = filter(join.left(), leftOnly);
        Join below =
            new Join(left, join.right(), true, join.keys(), join.condition(), join.distances());
        return filter(below, open);
      }
    }
    return new Filter(input, all(conditions));
  }

  private Expr all(List<Expr> conditions) {
    return compilation.expr(Compilation.and(conditions.stream().map(Expr::tree).toList()));
  }

  private Node join(Node left, Node right, boolean outer, List<Expr> conditions, JsonNode place) {
    List<Expr> rest = new ArrayList<>();
    List<Expr> leftKeys = new ArrayList<>();
    List<Expr> rightKeys = new ArrayList<>();
    for (Expr condition : conditions) {
      JsonNode tree = condition.tree();
      if (tree.path("type").asText().equals("COMPARE_EQUAL")) {
        Expr a = compilation.expr(tree.path("left"));
        Expr b = compilation.expr(tree.path("right"));
        if (isOver(a, left) && isOver(b, right)) {
          leftKeys.add(a);
          rightKeys.add(b);
          continue;
        } else if (isOver(a, right) && isOver(b, left)) {
          leftKeys.add(b);
          rightKeys.add(a);
          continue;
        }
      }
      rest.add(condition);
    }
    if (leftKeys.isEmpty()) {
      compilation
          .findings()
          .add(
              place,
              SqlCode.SQL_UNSUPPORTED,
              "a join without an equality between its sides cannot be kept up to date yet",
              "add a condition such as `a.id = b.id`");
    }
    List<Distance> found = new ArrayList<>(distances.of(conditions, left, right));
    KeySide leftSide = new KeySide(left);
    KeySide rightSide = new KeySide(right);
    List<Key> keys = new ArrayList<>();
    for (int i = 0; i < leftKeys.size(); i++) {
      keys.add(key(leftKeys.get(i), leftSide, rightKeys.get(i), rightSide));
    }
    return new Join(
        leftSide.node, rightSide.node, outer, keys, rest.isEmpty() ? null : all(rest), found);
  }

  /** A side of a join that gets columns for keys that are computed. */
  private static final class KeySide {
    private Node node;

    KeySide(Node node) {
      this.node = node;
    }
  }

  private Key key(Expr left, KeySide leftSide, Expr right, KeySide rightSide) {
    String leftType = type(left, leftSide.node);
    String rightType = type(right, rightSide.node);
    String common = leftType;
    if (!leftType.equals(rightType)) {
      common = commonType(leftType, rightType);
      boolean text = leftType.equals("VARCHAR") || rightType.equals("VARCHAR");
      if (text) {
        compilation
            .findings()
            .add(
                left.tree(),
                SqlCode.SQL_INVALID,
                "a join compares " + leftType + " with " + rightType,
                "cast one side so that both have one type");
      }
    }
    return new Key(
        side(left, leftType, common, leftSide), side(right, rightType, common, rightSide));
  }

  private String side(Expr expr, String type, String common, KeySide side) {
    if (expr.isField() && type.equals(common)) {
      return expr.field();
    }
    Expr key = type.equals(common) ? expr : cast(expr, common);
    List<Field> made = new ArrayList<>();
    side.node = compilation.extend(side.node, List.of("key"), List.of(key), made);
    return made.get(0).name();
  }

  private Expr cast(Expr expr, String type) {
    String suffix = " AS " + type + ")";
    return new Expr(
        expr.tree(), "CAST(" + expr.text() + suffix, "CAST(" + expr.sql() + suffix, expr.refs());
  }

  private String type(Expr expr, Node node) {
    return compilation.types(node.fields(), List.of(expr.sql())).get(0);
  }

  private String commonType(String left, String right) {
    return compilation
        .types(
            List.of(),
            List.of(
                "CASE WHEN true THEN CAST(NULL AS "
                    + left
                    + ") ELSE CAST(NULL AS "
                    + right
                    + ") END"))
        .get(0);
  }

  private static boolean isOver(Expr expr, Node node) {
    return !expr.refs().isEmpty() && names(node).containsAll(expr.refs());
  }

  private static Set<String> names(Node node) {
    return node.fields().stream().map(Field::name).collect(Collectors.toSet());
  }
}
