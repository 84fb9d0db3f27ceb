package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.sql.FromResolver.From;
import dev.millrace.sql.Scope.Source;
import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate right of a comma or JOIN over rows that are correlated with the left side: it has a
 * row for each left row, even over nothing. That is a left join with its groups.
 */
final class LateralAggregate {
  private final Compilation compilation;
  private final Resolved query;

  LateralAggregate(Compilation compilation, Resolved query) {
    this.compilation = compilation;
    this.query = query;
  }

  /**
   * The left side with the aggregate's columns.
   *
   * @param right the aggregate under its alias
   */
  @Nullable From join(JsonNode tree, From left, From right) {
    String type = tree.path("join_type").asText();
    boolean always = isTrue(tree.path("condition"));
    if (!type.equals("INNER") && !(type.equals("LEFT") && always)) {
      compilation
          .findings()
          .unsupported(tree, "a lateral aggregate in a join of kind " + type, "join it ON true");
      return null;
    }
    // What reads relations around this one is left to them.
    List<JsonNode> conditions = new ArrayList<>();
    List<JsonNode> own = FromResolver.own(left, conditions);
    Node node = new JoinBuilder(compilation).inner(left.items(), own);
    Join join =
        new JoinBuilder(compilation).join(node, query.node(), Join.Kind.LEFT, query.correlated());
    List<Visible> visible = new ArrayList<>();
    Node with = values(join, right.scope().star(), visible);
    List<String> path = right.scope().sources().get(0).path();
    Scope scope = Scope.join(left.scope(), Scope.of(new Source(path, visible, Set.of())));
    if (!always) {
      JsonNode on = resolver(scope).resolve(tree.path("condition"));
      conditions.addAll(JoinBuilder.conjuncts(on));
    }
    return new From(List.of(with), conditions, scope);
  }

  private ExpressionResolver resolver(Scope scope) {
    return new ExpressionResolver(compilation, scope, Map.of());
  }

  /** The join with each column's value, or what it is over no rows. */
  private Node values(Join join, List<Visible> columns, List<Visible> visible) {
    List<String> whenEmpty = query.whenEmpty();
    Node node = join;
    for (int i = 0; i < columns.size() && whenEmpty != null; i++) {
      Visible column = columns.get(i);
      JsonNode plain = Compilation.reference(column.field().name());
      Expr value = compilation.expr(join.orWhenEmpty(plain, whenEmpty.get(i), compilation));
      List<Field> made = new ArrayList<>();
      if (value.isField()) {
        made.add(column.field());
      } else {
        node = compilation.extend(node, List.of(column.name()), List.of(value), made);
      }
      visible.add(new Visible(column.name(), made.get(0)));
    }
    return node;
  }

  private static boolean isTrue(JsonNode condition) {
    return !condition.isObject() || condition.path("literal").path("text").asText().equals("true");
  }
}
