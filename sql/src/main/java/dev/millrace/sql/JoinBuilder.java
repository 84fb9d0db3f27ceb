package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.sql.Join.Distance;
import dev.millrace.sql.Join.Key;
import dev.millrace.sql.Join.Match;
import dev.millrace.sql.Node.Filter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns relations and the conditions between them into joins with keys. */
final class JoinBuilder {
  private final Compilation compilation;
  private final Distances distances;

  JoinBuilder(Compilation compilation) {
    this.compilation = compilation;
    this.distances = new Distances(compilation);
  }

  /**
   * The conditions that a conjunction consists of. BETWEEN is two, but for one with COLLATE, which
   * holds for all that it compares.
   */
  static List<JsonNode> conjuncts(JsonNode condition) {
    List<JsonNode> all = new ArrayList<>();
    if (condition.path("type").asText().equals("CONJUNCTION_AND")) {
      condition.path("children").forEach(child -> all.addAll(conjuncts(child)));
    } else if (condition.path("type").asText().equals("COMPARE_BETWEEN")
        && !Collations.isIn(condition)) {
      JsonNode input = condition.path("input");
      all.add(Compilation.compare("COMPARE_GREATERTHANOREQUALTO", input, condition.path("lower")));
      all.add(Compilation.compare("COMPARE_LESSTHANOREQUALTO", input, condition.path("upper")));
    } else if (condition.isObject()) {
      all.add(condition);
    }
    return all;
  }

  private List<Expr> exprs(List<JsonNode> conditions) {
    return new RowEqualities(compilation)
        .split(conditions).stream().map(compilation::expr).toList();
  }

  /** All items joined, and only the rows for which every condition is true. */
  Node inner(List<Node> items, List<JsonNode> conditions) {
    List<Expr> open = new ArrayList<>(exprs(conditions));
    List<Node> filtered = new ArrayList<>();
    for (Node item : items) {
      filtered.add(filter(item, take(open, names(item))));
    }
    Node left = filtered.remove(0);
    while (!filtered.isEmpty()) {
      Node right = filtered.remove(next(left, filtered, open));
      Set<String> both = new HashSet<>(names(left));
      both.addAll(names(right));
      left = joinOn(left, right, Join.Kind.INNER, take(open, both));
    }
    return filter(left, open);
  }

  /** The first of the items that an equality connects with the left side; else the first. */
  private int next(Node left, List<Node> items, List<Expr> open) {
    for (int i = 0; i < items.size(); i++) {
      Node right = items.get(i);
      if (open.stream().anyMatch(condition -> equality(condition, left, right).isPresent())) {
        return i;
      }
    }
    return 0;
  }

  /** A join of another kind than inner. */
  Join join(Node left, Node right, Join.Kind kind, List<JsonNode> conditions) {
    List<Expr> open = new ArrayList<>(exprs(conditions));
    List<Expr> rightOnly = List.of();
    List<Expr> leftOnly = List.of();
    if (kind != Join.Kind.FULL) {
      rightOnly =
          open.stream()
              .filter(c -> !c.refs().isEmpty() && names(right).containsAll(c.refs()))
              .toList();
      open.removeAll(rightOnly);
    }
    if (kind == Join.Kind.SEMI) {
      leftOnly = take(open, names(left));
    }
    return joinOn(filter(left, leftOnly), filter(right, rightOnly), kind, open);
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
    if (input instanceof Join join
        && join.kind() != Join.Kind.INNER
        && join.kind() != Join.Kind.FULL) {
      // What concerns the left side alone keeps or drops a left row with all its pairs.
      List<Expr> open = new ArrayList<>(conditions);
      List<Expr> leftOnly = take(open, names(join.left()));
      if (!leftOnly.isEmpty()) {
        return filter(join.over(filter(join.left(), leftOnly)), open);
      }
    }
    return new Filter(input, all(conditions));
  }

  private Expr all(List<Expr> conditions) {
    return compilation.expr(Compilation.and(conditions.stream().map(Expr::tree).toList()));
  }

  /** Two expressions that must match, over the left and the right side. */
  private record Equality(Expr left, Expr right, Match match) {}

  private Optional<Equality> equality(Expr condition, Node left, Node right) {
    String type = condition.tree().path("type").asText();
    boolean same = type.equals("COMPARE_NOT_DISTINCT_FROM");
    if (!same && !type.equals("COMPARE_EQUAL")) {
      return Optional.empty();
    }
    if (!condition.tree().has("left")) {
      return Optional.empty();
    }
    Match match = same ? Match.SAME : Match.EQUAL;
    Expr a = compilation.expr(condition.tree().path("left"));
    Expr b = compilation.expr(condition.tree().path("right"));
    if (isOver(a, left) && isOver(b, right)) {
      return Optional.of(new Equality(a, b, match));
    }
    return isOver(a, right) && isOver(b, left)
        ? Optional.of(new Equality(b, a, match))
        : Optional.empty();
  }

  private Join joinOn(Node left, Node right, Join.Kind kind, List<Expr> conditions) {
    if (kind == Join.Kind.INNER && Join.isOfTables(left) && !Join.isOfTables(right)) {
      return joinOn(right, left, kind, conditions);
    }
    List<Expr> rest = new ArrayList<>();
    List<Equality> equalities = new ArrayList<>();
    for (Expr condition : conditions) {
      Optional<Equality> equality = equality(condition, left, right);
      equality.ifPresentOrElse(equalities::add, () -> rest.add(condition));
      equality.ifPresent(key -> new Collations(compilation.findings()).refuseKey(condition.tree()));
    }
    List<Distance> found = new ArrayList<>(distances.of(conditions, left, right));
    KeySide leftSide = new KeySide(left);
    KeySide rightSide = new KeySide(right);
    List<Key> keys = new ArrayList<>();
    for (Equality equality : equalities) {
      keys.add(key(equality, leftSide, rightSide));
    }
    if (keys.isEmpty()) {
      keys.add(new Key(constant(leftSide), constant(rightSide), Match.ALL));
    }
    return new Join(
        leftSide.node,
        rightSide.node,
        kind,
        keys,
        rest.isEmpty() ? null : all(rest),
        found,
        flag(kind),
        null);
  }

  private @Nullable Field flag(Join.Kind kind) {
    return switch (kind) {
      case FULL -> compilation.field("_side", "TINYINT", Set.of(), List.of());
      case MARK -> compilation.field("_mark", "BOOLEAN", Set.of(), List.of());
      default -> null;
    };
  }

  /** A column that is 0 in every row: the one that a group over all rows has, or another. */
  private String constant(KeySide side) {
    Node node = side.node;
    while (node instanceof Filter || node instanceof Node.Extend) {
      node = node.inputs().get(0);
    }
    if (node instanceof Node.Aggregate aggregate && aggregate.global()) {
      return aggregate.identity().get(0);
    }
    List<Field> made = new ArrayList<>();
    side.node = compilation.extendByZero(side.node, "_all", made);
    return made.get(0).name();
  }

  /** A side of a join that gets columns for keys that are computed. */
  private static final class KeySide {
    private Node node;

    KeySide(Node node) {
      this.node = node;
    }
  }

  private Key key(Equality equality, KeySide leftSide, KeySide rightSide) {
    Expr left = equality.left;
    Expr right = equality.right;
    String leftType = type(left, leftSide.node);
    String rightType = type(right, rightSide.node);
    String common = leftType;
    if (!leftType.equals(rightType) && RowEqualities.isRow(left.tree())) {
      compilation
          .findings()
          .add(
              left.tree(),
              SqlCode.SQL_TYPE,
              "a join compares rows of the types " + leftType + " and " + rightType,
              "cast their values so that both sides have the same types");
      return new Key(constant(leftSide), constant(rightSide), Match.ALL);
    }
    if (!leftType.equals(rightType)) {
      common = compilation.commonType(leftType, rightType);
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
        side(left, leftType, common, leftSide),
        side(right, rightType, common, rightSide),
        equality.match);
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

  private static boolean isOver(Expr expr, Node node) {
    return !expr.refs().isEmpty() && names(node).containsAll(expr.refs());
  }

  private static Set<String> names(Node node) {
    return node.fields().stream().map(Field::name).collect(Collectors.toSet());
  }
}
