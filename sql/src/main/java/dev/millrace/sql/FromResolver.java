package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Column;
import dev.millrace.sql.Scope.Source;
import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Resolves FROM: relations, subqueries, common table expressions and joins. */
final class FromResolver {
  /** What FROM gives: relations that still have to be joined, and the conditions between them. */
  record From(List<Node> items, List<JsonNode> conditions, Scope scope) {}

  private static final Set<String> REFERENCES = Set.of("REGULAR", "CROSS", "NATURAL", "ASOF");
  private static final Set<String> TYPES = Set.of("INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI");

  /** So many relations a hint lists. */
  private static final int SHOWN = 12;

  private final Compilation compilation;
  private final QueryResolver queries;
  private final JoinBuilder joins;

  FromResolver(Compilation compilation, QueryResolver queries) {
    this.compilation = compilation;
    this.queries = queries;
    this.joins = new JoinBuilder(compilation);
  }

  /** Null if there is nothing to go on with; then a problem says why. */
  @Nullable From resolve(JsonNode tree, Map<String, QueryResolver.Cte> ctes) {
    if (!tree.path("sample").isNull() && !tree.path("sample").isMissingNode()) {
      unsupported(tree, "a sample", "sample in the query that reads the stream");
    }
    if (tree.hasNonNull("at_clause")) {
      unsupported(
          tree,
          "an earlier version of a table",
          "use `materialized='table'` for a model that reads one, and read that model here");
      return null;
    }
    return switch (tree.path("type").asText()) {
      case "BASE_TABLE" -> table(tree, ctes);
      case "SUBQUERY" -> subquery(tree, ctes);
      case "JOIN" -> join(tree, ctes);
      case "EMPTY" -> from(tree, Values.of(compilation, List.of(List.of())), List.of(), List.of());
      case "TABLE_FUNCTION" -> {
        if (Sessions.isTable(tree)) {
          From relation = table(Sessions.relation(tree), ctes);
          if (relation != null && !relation.conditions.isEmpty()) {
            unsupported(
                tree,
                "a session over rows that are correlated with the query around",
                "make the sessions of all rows in WITH, and correlate what reads them");
          }
          yield relation == null ? null : new Sessions(compilation).resolve(tree, relation);
        }
        if (ConstantTable.isSeries(tree) || Unnesting.isTable(tree)) {
          yield new ConstantTable(compilation, tree).resolve(constants());
        }
        unsupported(
            tree,
            "the table function `" + tree.path("function").path("function_name").asText() + "`",
            "read from a source or another stream");
        yield null;
      }
      case "EXPRESSION_LIST" -> values(tree);
      case "PIVOT" -> pivot(tree, ctes);
      case "SHOW_REF" -> {
        boolean summary = tree.path("show_type").asText().equals("SUMMARY");
        unsupported(
            tree, summary ? "SUMMARIZE" : "DESCRIBE or SHOW", "ask for it in `millrace sql`");
        yield null;
      }
      default -> {
        unsupported(tree, tree.path("type").asText() + " in FROM", null);
        yield null;
      }
    };
  }

  private void unsupported(JsonNode tree, String what, @Nullable String hint) {
    compilation.findings().unsupported(tree, what, hint);
  }

  private @Nullable From table(JsonNode tree, Map<String, QueryResolver.Cte> ctes) {
    String schema = tree.path("schema_name").asText();
    String name = tree.path("table_name").asText();
    QueryResolver.Cte cte = schema.isEmpty() ? ctes.get(name.toLowerCase(Locale.ROOT)) : null;
    if (cte != null) {
      Resolved resolved = queries.resolve(cte.query(), cte.scope());
      return resolved == null ? null : from(tree, resolved, List.of(name), cte.columns());
    }
    String full = schema.isEmpty() ? name : schema + "." + name;
    for (Relation relation : compilation.inputs().values()) {
      if (relation.name().equalsIgnoreCase(full)) {
        List<String> path = schema.isEmpty() ? List.of(name) : List.of(schema, name);
        return from(tree, scan(relation), path, List.of());
      }
    }
    List<String> known = new ArrayList<>(compilation.inputs().keySet());
    known.addAll(ctes.keySet());
    compilation
        .findings()
        .add(
            tree,
            SqlCode.SQL_UNKNOWN_RELATION,
            "there is no relation `" + full + "` that this stream reads",
            near(full, known));
    return null;
  }

  /** What may be meant, and what there is. */
  private static @Nullable String near(String name, List<String> known) {
    List<String> sorted = known.stream().sorted().toList();
    Optional<String> other = sorted.stream().filter(k -> k.endsWith("." + name)).findFirst();
    String hint = other.map(k -> "did you mean `" + k + "`?").orElse(null);
    if (hint == null) {
      hint = Suggestion.didYouMean(name, sorted);
    }
    if (sorted.isEmpty()) {
      return hint;
    }
    String list = String.join(", ", sorted.subList(0, Math.min(SHOWN, sorted.size())));
    list += sorted.size() > SHOWN ? " and others" : "";
    return hint == null ? "there are " + list : hint + " There are " + list;
  }

  private Resolved scan(Relation relation) {
    List<Field> fields = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    List<Visible> visible = new ArrayList<>();
    for (Column column : relation.schema().columns()) {
      Field field =
          compilation.declare(
              new Field(
                  compilation.names().fresh(column.name()),
                  column.type().toString(),
                  Set.of(relation.name() + "." + column.name())));
      fields.add(field);
      columns.add(column.name());
      visible.add(new Visible(column.name(), field));
    }
    for (Column column : relation.hidden().columns()) {
      fields.add(
          new Field(compilation.names().fresh(column.name()), column.type().toString(), Set.of()));
      columns.add(column.name());
    }
    return new Resolved(new Node.Scan(relation, fields, columns), visible);
  }

  private ExpressionResolver constants() {
    return new ExpressionResolver(compilation, new Scope(), Map.of(), queries.outer(), null);
  }

  private From values(JsonNode tree) {
    ExpressionResolver resolver = constants();
    List<List<JsonNode>> rows = new ArrayList<>();
    for (JsonNode row : tree.path("values")) {
      List<JsonNode> values = new ArrayList<>();
      row.forEach(value -> values.add(resolver.resolve(value)));
      rows.add(values);
    }
    return from(tree, Values.of(compilation, rows), List.of(), List.of());
  }

  private @Nullable From subquery(JsonNode tree, Map<String, QueryResolver.Cte> ctes) {
    Resolved resolved = queries.resolve(tree.path("subquery").path("node"), ctes);
    return resolved == null ? null : from(tree, resolved, List.of(), List.of());
  }

  private @Nullable From pivot(JsonNode tree, Map<String, QueryResolver.Cte> ctes) {
    JsonNode source = tree.path("source");
    if (source.path("type").asText().equals("JOIN")) {
      unsupported(
          Pivot.place(tree),
          (Pivot.isUnpivot(tree) ? "UNPIVOT" : "PIVOT") + " of a join",
          "put the join into a subquery: FROM (SELECT ... FROM a JOIN b ...) PIVOT (...)");
      return null;
    }
    From from = resolve(source, ctes);
    if (from == null) {
      return null;
    }
    List<Visible> columns = from.scope.star();
    if (!Pivot.isUnpivot(tree)) {
      JsonNode select = new Pivot(compilation, tree, columns).select();
      Resolved resolved = select == null ? null : queries.resolve(select, ctes);
      return resolved == null ? null : from(tree, resolved, List.of(), List.of());
    }
    Unpivot unpivot = new Unpivot(compilation, tree, columns);
    JsonNode select = unpivot.select();
    Resolved resolved = select == null ? null : queries.resolve(select, ctes);
    if (resolved == null || unpivot.includesNulls() || !compilation.findings().isEmpty()) {
      return resolved == null ? null : from(tree, resolved, List.of(), List.of());
    }
    Visible value = resolved.columns().get(resolved.columns().size() - 1);
    JsonNode given = compilation.duck().parseExpression(value.field().sql() + " IS NOT NULL");
    Node filtered = new Node.Filter(resolved.node(), compilation.expr(given));
    Resolved rows = new Resolved(filtered, resolved.columns(), resolved.correlated(), null);
    return from(tree, rows, List.of(), List.of());
  }

  private From from(JsonNode tree, Resolved resolved, List<String> path, List<String> names) {
    if (resolved.whenEmpty() != null) {
      unsupported(
          tree,
          "an aggregate in FROM that is correlated with the query around",
          "write it as a subquery in an expression, or join and GROUP BY");
    }
    return aliased(tree, resolved, path, names);
  }

  /** Applies the alias, {@code AS t(a, b)} included. */
  private static From aliased(
      JsonNode tree, Resolved resolved, List<String> path, List<String> names) {
    List<String> renamed = new ArrayList<>(names);
    JsonNode aliases = tree.path("column_name_alias");
    for (int i = 0; i < aliases.size(); i++) {
      if (i < renamed.size()) {
        renamed.set(i, aliases.path(i).asText());
      } else {
        renamed.add(aliases.path(i).asText());
      }
    }
    List<Visible> columns = new ArrayList<>();
    for (int i = 0; i < resolved.columns().size(); i++) {
      Visible column = resolved.columns().get(i);
      String name = i < renamed.size() ? renamed.get(i) : column.name();
      columns.add(new Visible(name, column.field()));
    }
    String alias = tree.path("alias").asText();
    Source source = new Source(alias.isEmpty() ? path : List.of(alias), columns, Set.of());
    return new From(List.of(resolved.node()), resolved.correlated(), Scope.of(source));
  }

  private @Nullable From join(JsonNode tree, Map<String, QueryResolver.Cte> ctes) {
    String type = tree.path("join_type").asText();
    String reference = tree.path("ref_type").asText();
    boolean supported = REFERENCES.contains(reference) && TYPES.contains(type);
    if (!supported) {
      String kind = REFERENCES.contains(reference) ? type : reference;
      unsupported(tree, "a join of kind " + kind, "write it with the joins of docs/streams.md");
    }
    From left = resolve(tree.path("left"), ctes);
    if (left == null || !supported) {
      return null;
    }
    JsonNode rightTree = tree.path("right");
    boolean series = ConstantTable.isSeries(rightTree) && Watermarks.hasColumn(rightTree);
    if (series || Unnesting.isTable(rightTree)) {
      return unnest(tree, left);
    }
    From right;
    QueryResolver lateral = queries.within(left.scope);
    if (rightTree.path("type").asText().equals("SUBQUERY")) {
      Resolved resolved = lateral.resolve(rightTree.path("subquery").path("node"), ctes);
      if (resolved == null) {
        return null;
      }
      right = aliased(rightTree, resolved, List.of(), List.of());
      if (resolved.whenEmpty() != null) {
        return new LateralAggregate(compilation, resolved).join(tree, left, right);
      }
    } else {
      right = new FromResolver(compilation, lateral).resolve(rightTree, ctes);
    }
    return right == null ? null : join(tree, left, right);
  }

  private @Nullable From join(JsonNode tree, From left, From right) {
    Scope both = Scope.join(left.scope, right.scope);
    List<JsonNode> conditions = new ArrayList<>();
    if (tree.path("condition").isObject()) {
      JsonNode condition =
          new ExpressionResolver(compilation, both, Map.of(), queries.outer(), null)
              .resolve(tree.path("condition"));
      conditions.addAll(JoinBuilder.conjuncts(condition));
    }
    Using using = new Using(compilation, tree, left.scope, right.scope);
    if (!using.isResolved()) {
      return null;
    }
    conditions.addAll(using.conditions());
    String type = tree.path("join_type").asText();
    boolean asof = tree.path("ref_type").asText().equals("ASOF");
    if (type.equals("INNER") && !asof) {
      return inner(left, right, conditions, using.scope(both));
    }
    // What reads relations around this one is left to them; what reads the other side is part of
    // ON.
    List<JsonNode> pulled = new ArrayList<>();
    Node leftNode = joins.inner(left.items, own(left, pulled));
    Node rightNode = joins.inner(right.items, own(right, conditions));
    if (!isOver(leftNode, rightNode, conditions) || (!pulled.isEmpty() && !keepsLeft(type))) {
      unsupported(
          tree,
          "a " + type + " JOIN in a subquery that is correlated within the join",
          "correlate in the subquery's WHERE, by columns of the left side");
      return null;
    }
    if (asof) {
      Node joined = new AsofJoin(compilation, tree).join(leftNode, rightNode, right, conditions);
      return joined == null ? null : new From(List.of(joined), pulled, using.scope(both));
    }
    return switch (type) {
      case "RIGHT" -> {
        Node joined = joins.join(rightNode, leftNode, Join.Kind.LEFT, conditions);
        yield new From(List.of(joined), List.of(), using.scopeOfRight(both));
      }
      case "FULL" -> {
        Node joined = joins.join(leftNode, rightNode, Join.Kind.FULL, conditions);
        List<Field> merged = new ArrayList<>();
        Node extended = using.merge(joined, merged);
        yield new From(List.of(extended), List.of(), using.scopeOfFull(both, merged));
      }
      case "LEFT" -> {
        Node joined = joins.join(leftNode, rightNode, Join.Kind.LEFT, conditions);
        yield new From(List.of(joined), pulled, using.scope(both));
      }
      default -> {
        Node joined = joins.join(leftNode, rightNode, Join.Kind.valueOf(type), conditions);
        yield new From(List.of(joined), pulled, left.scope);
      }
    };
  }

  private @Nullable From unnest(JsonNode tree, From left) {
    String type = tree.path("join_type").asText();
    JsonNode condition = tree.path("condition");
    boolean always =
        !condition.isObject() || condition.path("literal").path("text").asText().equals("true");
    if (!type.equals("INNER") && !(type.equals("LEFT") && always)) {
      unsupported(
          tree, "this " + type + " JOIN of `unnest`", "write LEFT JOIN unnest(...) ON true");
      return null;
    }
    From both = new Unnesting(compilation).join(tree.path("right"), left, type.equals("LEFT"));
    if (always || !compilation.findings().isEmpty()) {
      return both;
    }
    List<JsonNode> conditions = new ArrayList<>(both.conditions);
    ExpressionResolver resolver = new ExpressionResolver(compilation, both.scope, Map.of());
    conditions.addAll(JoinBuilder.conjuncts(resolver.resolve(condition)));
    return new From(both.items, conditions, both.scope);
  }

  private static boolean keepsLeft(String type) {
    return !type.equals("RIGHT") && !type.equals("FULL");
  }

  /** The conditions over the side's own relations; the others are added to a list. */
  static List<JsonNode> own(From side, List<JsonNode> others) {
    Set<String> fields = new HashSet<>();
    side.items.forEach(item -> item.fields().forEach(field -> fields.add(field.name())));
    List<JsonNode> own = new ArrayList<>(side.conditions);
    own.removeIf(condition -> !fields.containsAll(Expr.refs(condition)));
    side.conditions.stream().filter(c -> !own.contains(c)).forEach(others::add);
    return own;
  }

  private static boolean isOver(Node left, Node right, List<JsonNode> conditions) {
    return conditions.stream()
        .flatMap(condition -> Expr.refs(condition).stream())
        .allMatch(ref -> left.field(ref).isPresent() || right.field(ref).isPresent());
  }

  private static From inner(From left, From right, List<JsonNode> conditions, Scope scope) {
    List<Node> items = new ArrayList<>(left.items);
    items.addAll(right.items);
    List<JsonNode> all = new ArrayList<>(left.conditions);
    all.addAll(right.conditions);
    all.addAll(conditions);
    return new From(items, all, scope);
  }
}
