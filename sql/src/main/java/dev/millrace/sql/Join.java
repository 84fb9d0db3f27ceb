package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.type.Identifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of rows with equal keys that fulfil a condition.
 *
 * @param condition what must be true besides the keys; null for nothing
 * @param flag of MARK: true for a left row that has a partner; of FULL: 1 for a right row that has
 *     none, else 0; of others null
 * @param nearest of an ASOF JOIN: the right side's time, of which a left row needs the last one
 *     that is not after its own; of others null
 */
record Join(
    Node left,
    Node right,
    Kind kind,
    List<Key> keys,
    @Nullable Expr condition,
    List<Distance> distances,
    @Nullable Field flag,
    @Nullable Field nearest)
    implements Node {
  /** When two fields of a join's sides match. */
  enum Match {
    /** Equal; null equals nothing. */
    EQUAL,
    /** Equal, and null equals null. */
    SAME,
    /** Always: both are one constant, by which all rows of a side are found. */
    ALL
  }

  /** Fields of the left and the right input that must match. */
  record Key(String left, String right, Match match) {}

  /**
   * What a condition says about the distance of two times, {@code left - right}, in microseconds.
   *
   * @param least null if nothing bounds it from below
   * @param most null if nothing bounds it from above
   */
  record Distance(String left, String right, @Nullable Long least, @Nullable Long most) {}

  /** What a join gives. */
  enum Kind {
    /** Pairs. */
    INNER,
    /** Pairs, and left rows without partner with nulls. */
    LEFT,
    /** Pairs, and rows of both sides without partner with nulls. */
    FULL,
    /** Left rows that have a partner. */
    SEMI,
    /** Left rows that have none. */
    ANTI,
    /** Left rows, with a flag that tells whether they have a partner. */
    MARK;

    /** True if the right side's columns appear. */
    boolean hasPairs() {
      return this == INNER || this == LEFT || this == FULL;
    }
  }

  @Override
  public List<Field> fields() {
    List<Field> fields = new ArrayList<>(left.fields());
    if (kind.hasPairs()) {
      fields.addAll(right.fields());
    }
    if (flag != null) {
      fields.add(flag);
    }
    return fields;
  }

  /** A side whose keys tell its rows apart has at most one partner for each row of the other. */
  @Override
  public List<String> identity() {
    if (!kind.hasPairs() || (kind != Kind.FULL && hasOnePartner())) {
      return left.identity();
    }
    if (kind == Kind.INNER && !isAsOfProcessing() && isSingle(left, Key::left)) {
      return right.identity();
    }
    List<String> names = new ArrayList<>(left.identity());
    names.addAll(right.identity());
    if (flag != null) {
      names.add(flag.name());
    }
    return names;
  }

  /** The same join over another left side with the same fields. */
  Join over(Node newLeft) {
    return new Join(newLeft, right, kind, keys, condition, distances, flag, nearest);
  }

  /** The same join, of whose pairs only those with the last right time are needed. */
  Join toNearest(Field time) {
    return new Join(left, right, kind, keys, condition, distances, flag, time);
  }

  /** True if the condition besides the keys reads another field of the right side. */
  boolean readsRightBeside(Field field) {
    return condition != null
        && condition.refs().stream()
            .anyMatch(ref -> !ref.equals(field.name()) && right.field(ref).isPresent());
  }

  /** True if nothing but a condition tells which rows join. */
  boolean isCross() {
    return keys.stream().allMatch(key -> key.match == Match.ALL);
  }

  /** A value of the right side; where a left row has no partner, that SQL's. */
  JsonNode orWhenEmpty(JsonNode value, String whenEmpty, Compilation compilation) {
    if (whenEmpty.equals("NULL")) {
      return value;
    }
    String partner =
        keys.stream()
            .filter(key -> key.match() == Match.EQUAL)
            .map(Key::right)
            .findFirst()
            .orElseThrow();
    ObjectNode choice =
        (ObjectNode)
            compilation
                .duck()
                .parseExpression(
                    "CASE WHEN "
                        + Identifier.quote(partner)
                        + " IS NULL THEN "
                        + whenEmpty
                        + " ELSE x END");
    choice.set("else_expr", value);
    return choice;
  }

  /** True if a left row has at most one partner. */
  boolean hasOnePartner() {
    return isSingle(right, Key::right) || Values.isOne(right);
  }

  private boolean isSingle(Node side, Function<Key, String> field) {
    Set<String> own = new HashSet<>();
    keys.forEach(key -> own.add(field.apply(key)));
    return own.containsAll(side.identity());
  }

  /** True if a left row's partners are there with it and stay, since the right side is constant. */
  boolean isBesideConstants() {
    return kind != Kind.FULL && Values.isConstant(right);
  }

  /** True if a left row keeps the partners that it had when it was processed. */
  boolean isAsOfProcessing() {
    return isOfTables(right) && !isOfTables(left);
  }

  /** True if all that a node reads is joined as of processing. */
  static boolean isOfTables(Node node) {
    Set<Relation> inputs = Planner.inputs(node);
    return !inputs.isEmpty() && inputs.stream().allMatch(Relation::asOfProcessing);
  }

  @Override
  public boolean appendOnly() {
    if (isAsOfProcessing()) {
      return left.appendOnly();
    }
    boolean grows = kind == Kind.INNER || kind == Kind.SEMI;
    return left.appendOnly() && (isBesideConstants() || (grows && right.appendOnly()));
  }

  @Override
  public Map<String, String> watermarks() {
    return JoinTimes.watermarks(this);
  }

  /**
   * Every left row has at least one row in a left join, whatever the right side does; and rows with
   * the same values find the same partners, which stay if the right side is append-only.
   */
  @Override
  public Set<String> lasting() {
    if (appendOnly()) {
      Set<String> names = new HashSet<>();
      fields().forEach(field -> names.add(field.name()));
      return names;
    }
    return switch (kind) {
      case LEFT, MARK -> left.lasting();
      case SEMI ->
          right.appendOnly() && left.lasting().containsAll(leftRefs()) ? left.lasting() : Set.of();
      default -> Set.of();
    };
  }

  private Set<String> leftRefs() {
    Set<String> refs = new HashSet<>();
    keys.forEach(key -> refs.add(key.left()));
    if (condition != null) {
      condition.refs().stream().filter(ref -> left.field(ref).isPresent()).forEach(refs::add);
    }
    return refs;
  }

  @Override
  public List<Node> inputs() {
    return List.of(left, right);
  }
}
