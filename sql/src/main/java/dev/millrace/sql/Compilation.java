package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What all steps of one compilation share. */
final class Compilation {
  private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+),(\\d+)\\)");

  private final DuckDb duck;
  private final Findings findings;
  private final Map<String, Relation> inputs;
  private final Names names = new Names();
  private final Map<String, Field> fields = new HashMap<>();
  private final Map<String, JsonNode> written = new HashMap<>();
  private final ConstantIntervals intervals;
  private final TimeArithmetic times;
  private final Constants constants = new Constants(this);
  private final Set<JsonNode> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private @Nullable SQLException typingFailure;

  Compilation(DuckDb duck, Findings findings, Map<String, Relation> inputs) {
    this.duck = duck;
    this.findings = findings;
    this.inputs = inputs;
    this.intervals = new ConstantIntervals(duck);
    this.times = new TimeArithmetic(this);
  }

  DuckDb duck() {
    return duck;
  }

  Findings findings() {
    return findings;
  }

  Map<String, Relation> inputs() {
    return inputs;
  }

  Names names() {
    return names;
  }

  /** Why an expression could not be typed; null if all could. */
  @Nullable SQLException typingFailure() {
    return typingFailure;
  }

  /** True when it is asked for the first time about this very node of the text's tree. */
  boolean isFirst(JsonNode node) {
    return seen.add(node);
  }

  ConstantIntervals intervals() {
    return intervals;
  }

  Constants constants() {
    return constants;
  }

  /** Makes a field's type known to the expressions over it. */
  Field declare(Field field) {
    fields.put(field.name(), field);
    return field;
  }

  /** Says which expression a field is; what is known of it stays. */
  void write(Field field, JsonNode expression) {
    written.putIfAbsent(field.name(), expression);
  }

  /** The expression that a field is, for problems about it; a name if nothing is known. */
  JsonNode written(Field field) {
    return written.getOrDefault(field.name(), reference(field.name()));
  }

  /** A resolved or written expression as people know it: columns by their names in the inputs. */
  String told(JsonNode expression) {
    JsonNode copy = expression.deepCopy();
    rename(copy);
    return SelectList.name(copy, duck);
  }

  private void rename(JsonNode tree) {
    JsonNode path = tree.path("column_names");
    Field field = path.size() == 1 ? fields.get(path.path(0).asText()) : null;
    if (field != null && field.origins().size() == 1) {
      String origin = field.origins().iterator().next();
      String column = origin.substring(origin.lastIndexOf('.') + 1);
      if (field.name().startsWith(column + "_")) {
        ((ObjectNode) tree).putArray("column_names").add(column);
      }
    }
    tree.forEach(this::rename);
  }

  /** The declared field of that name. */
  Optional<Field> field(String name) {
    return Optional.ofNullable(fields.get(name));
  }

  Expr expr(JsonNode resolved) {
    JsonNode tree = intervals.fold(resolved);
    return new Expr(tree, duck.printExpression(tree), times.sql(tree), Expr.refs(tree));
  }

  /** A reference to a field. */
  static ObjectNode reference(String field) {
    ObjectNode tree = DuckDb.object();
    tree.put("class", "COLUMN_REF").put("type", "COLUMN_REF").put("alias", "");
    tree.putArray("column_names").add(field);
    return tree;
  }

  /** Both conditions. */
  static JsonNode and(List<JsonNode> conditions) {
    if (conditions.size() == 1) {
      return conditions.get(0);
    }
    ObjectNode tree = DuckDb.object();
    tree.put("class", "CONJUNCTION").put("type", "CONJUNCTION_AND").put("alias", "");
    tree.putArray("children").addAll(conditions);
    return tree;
  }

  /** A comparison such as {@code COMPARE_EQUAL}. */
  static JsonNode compare(String type, JsonNode left, JsonNode right) {
    ObjectNode tree = DuckDb.object();
    tree.put("class", "COMPARISON").put("type", type).put("alias", "");
    tree.set("left", left);
    tree.set("right", right);
    return tree;
  }

  /**
   * The types of expressions over fields. Where DuckDB refuses one, all are called VARCHAR, so that
   * the search for other faults goes on; {@link #typingFailure} then says why.
   */
  List<String> types(Collection<Field> fields, List<String> expressions) {
    try {
      return duck.types(fields, expressions);
    } catch (SQLException e) {
      typingFailure = e;
      return expressions.stream().map(x -> "VARCHAR").toList();
    }
  }

  /** The type to which DuckDB casts what it compares. */
  String commonType(String left, String right) {
    if (left.equals(right)) {
      return left;
    }
    Matcher a = DECIMAL.matcher(left);
    Matcher b = DECIMAL.matcher(right);
    if (a.matches() && b.matches()) {
      // CASE gives up digits behind the point for those before it, a comparison does not.
      int scale = Math.max(number(a, 2), number(b, 2));
      int whole = Math.max(number(a, 1) - number(a, 2), number(b, 1) - number(b, 2));
      return "DECIMAL(" + Math.min(38, whole + scale) + "," + scale + ")";
    }
    String both =
        "CASE WHEN true THEN CAST(NULL AS " + left + ") ELSE CAST(NULL AS " + right + ") END";
    return types(List.of(), List.of(both)).get(0);
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  /**
   * The types of expressions whose values a stream holds. Rows without names among them are told:
   * no column can have their type.
   */
  List<String> heldTypes(Collection<Field> fields, List<Expr> exprs) {
    List<String> types = types(fields, exprs.stream().map(Expr::sql).toList());
    for (int i = 0; i < types.size(); i++) {
      if (types.get(i).contains("TUPLE(")) {
        findings.add(
            exprs.get(i).tree(),
            SqlCode.SQL_TYPE,
            "`"
                + exprs.get(i).text()
                + "` has the type "
                + types.get(i)
                + ", whose values have no names; streams cannot hold it",
            "name the values: {'a': a, 'b': b} or struct_pack(a := a, b := b) in place of (a, b)");
      }
    }
    return types;
  }

  /**
   * What aggregates over no rows give, as {@link DuckDb#whenEmpty} says. Where DuckDB refuses them,
   * all are called NULL, and {@link #typingFailure} says why.
   */
  Optional<List<String>> whenEmpty(
      Collection<Field> fields, List<String> aggregates, String having) {
    try {
      return duck.whenEmpty(fields, aggregates, having);
    } catch (SQLException e) {
      typingFailure = e;
      return Optional.of(aggregates.stream().map(x -> "NULL").toList());
    }
  }

  /** A field for an expression over others. */
  Field field(String wish, String type, Set<String> refs, Collection<Field> over) {
    Set<String> origins = new HashSet<>();
    for (Field field : over) {
      if (refs.contains(field.name())) {
        origins.addAll(field.origins());
      }
    }
    return declare(new Field(names.fresh(wish), type, origins));
  }

  /** The node with a column that is 0 in every row, which is added to a list. */
  Node extendByZero(Node input, String wish, List<Field> made) {
    return extend(input, List.of(wish), List.of(expr(duck.parseExpression("0"))), made);
  }

  /** The node with computed columns; the node itself if there are none. */
  Node extend(Node input, List<String> wishes, List<Expr> exprs, List<Field> made) {
    if (exprs.isEmpty()) {
      return input;
    }
    List<String> types = heldTypes(input.fields(), exprs);
    List<Node.Item> items = new ArrayList<>();
    Map<String, String> marks = new HashMap<>(input.watermarks());
    for (int i = 0; i < exprs.size(); i++) {
      Expr expr = exprs.get(i);
      Field field = field(wishes.get(i), types.get(i), expr.refs(), input.fields());
      write(field, expr.tree());
      items.add(new Node.Item(field, expr));
      made.add(field);
      if (field.isTime()) {
        Watermarks.of(expr, input.watermarks(), this)
            .ifPresent(mark -> marks.put(field.name(), mark));
      }
    }
    return new Node.Extend(input, items, marks);
  }
}
