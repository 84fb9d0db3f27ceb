package dev.millrace.sql;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the algebra into a program. Each operator has a rule that says how its delta follows from
 * the deltas of its inputs; a rule asks for the columns that it needs and for no others.
 */
final class Planner {
  private final Compilation compilation;
  private final String name;
  private final ProgramBuilder program;
  private final Map<Node.Window, RankLimit> limits = new IdentityHashMap<>();
  private final Map<Shared, Delta> shared = new IdentityHashMap<>();

  Planner(Compilation compilation, String name) {
    this.compilation = compilation;
    this.name = name;
    this.program = new ProgramBuilder(compilation, name);
  }

  ProgramBuilder program() {
    return program;
  }

  StreamProgram plan(Resolved resolved, String batchSql) {
    Node node = resolved.node();
    Map<String, String> named = new LinkedHashMap<>();
    resolved.columns().forEach(c -> named.putIfAbsent(c.field().name(), c.name()));
    Relation output = output(resolved, named);
    Set<String> needed = new LinkedHashSet<>(named.keySet());
    needed.addAll(node.identity());
    Delta delta = ProgramBuilder.consolidate(plan(node, needed), needed);
    StringBuilder select = new StringBuilder("SELECT ");
    for (Visible column : resolved.columns()) {
      select.append(column.field().sql()).append(" AS ").append(Identifier.quote(column.name()));
      select.append(", ");
    }
    int hidden = 0;
    for (String field : node.identity()) {
      if (!named.containsKey(field)) {
        String as = output.hidden().columns().get(hidden++).name();
        select.append(Identifier.quote(field)).append(" AS ").append(Identifier.quote(as));
        select.append(", ");
      }
    }
    select.append("_w FROM ").append(delta.from());
    program.makeOutput(output.delta(), select.toString(), delta.blame());
    return new StreamProgram(
        List.copyOf(inputs(node)),
        output,
        program.states(),
        program.steps(),
        batchSql,
        Explain.of(node, resolved));
  }

  private Relation output(Resolved resolved, Map<String, String> named) {
    Node node = resolved.node();
    Names names = new Names();
    List<Column> columns = new ArrayList<>();
    Map<String, String> watermarks = new HashMap<>();
    for (Visible column : resolved.columns()) {
      names.fresh(column.name());
      columns.add(new Column(column.name(), program.type(column.field())));
      String mark = node.watermarks().get(column.field().name());
      if (mark != null) {
        watermarks.put(column.name(), mark);
      }
    }
    List<String> identity = new ArrayList<>();
    List<Column> hidden = new ArrayList<>();
    for (String id : node.identity()) {
      String visible = named.get(id);
      if (visible != null) {
        identity.add(visible);
        continue;
      }
      String as = names.fresh(id.startsWith("_") ? id : "_" + id);
      identity.add(as);
      hidden.add(new Column(as, program.type(node.field(id).orElseThrow())));
    }
    Set<String> lasting = new LinkedHashSet<>();
    Set<String> below = node.lasting();
    for (Visible column : resolved.columns()) {
      if (node.appendOnly() || below.contains(column.field().name())) {
        lasting.add(column.name());
      }
    }
    return new Relation(
        name,
        new Schema(columns),
        identity,
        new Schema(hidden),
        node.appendOnly(),
        watermarks,
        lasting);
  }

  /** The relations that a plan reads. */
  static Set<Relation> inputs(Node node) {
    Set<Relation> inputs = new LinkedHashSet<>();
    if (node instanceof Node.Scan scan) {
      inputs.add(scan.relation());
    }
    node.inputs().forEach(input -> inputs.addAll(inputs(input)));
    return inputs;
  }

  /**
   * The delta of an operator.
   *
   * @param needed the fields to have in it
   */
  Delta plan(Node node, Set<String> needed) {
    return program.within(isOfTables(node), () -> planned(node, needed));
  }

  /** True if all that a node reads is made by builds. */
  static boolean isOfTables(Node node) {
    Set<Relation> inputs = inputs(node);
    return !inputs.isEmpty()
        && inputs.stream().allMatch(input -> input.isTable() || input.asOfProcessing());
  }

  private Delta planned(Node node, Set<String> needed) {
    if (node instanceof Node.Scan scan) {
      return scan(scan, needed);
    } else if (node instanceof Node.Filter filter) {
      return filter(filter, needed);
    } else if (node instanceof Node.Extend extend) {
      return extend(extend, needed);
    } else if (node instanceof Node.UnionAll union) {
      return union(union, needed);
    } else if (node instanceof Shared shared) {
      return shared(shared, needed);
    } else if (node instanceof Unnest unnest) {
      return UnnestRule.plan(this, unnest, needed);
    } else if (node instanceof Node.Window window) {
      Optional<RankLimit> limit = Optional.ofNullable(limits.get(window));
      return window.appendOnly()
          ? PartitionRule.closed(this, window, needed)
          : PartitionRule.of(this, window, needed, limit).plan();
    } else if (node instanceof Session session) {
      return PartitionRule.of(this, session, needed).plan();
    } else if (node instanceof Values values) {
      return ValuesRule.plan(program, values, needed);
    } else if (node instanceof Repeat repeat) {
      return repeat(repeat, needed);
    } else if (node instanceof Join join) {
      return new JoinRule(this, join, needed).plan();
    } else {
      return new AggregateRule(this, (Node.Aggregate) node, needed).plan();
    }
  }

  private static Delta scan(Node.Scan scan, Set<String> needed) {
    StringBuilder select = new StringBuilder("(SELECT ");
    boolean plain = true;
    boolean whole = true;
    for (int i = 0; i < scan.fields().size(); i++) {
      Field field = scan.fields().get(i);
      if (!needed.contains(field.name())) {
        whole = false;
        continue;
      }
      plain &= field.name().equals(scan.columns().get(i));
      select.append(Identifier.quote(scan.columns().get(i)));
      select.append(" AS ").append(field.sql()).append(", ");
    }
    String table = Identifier.quote(scan.relation().delta());
    boolean consolidated = whole || scan.appendOnly();
    return plain
        ? new Delta(table, true, true, consolidated, false)
        : new Delta(select + "_w FROM " + table + ")", false, true, consolidated, false);
  }

  private Delta filter(Node.Filter filter, Set<String> needed) {
    limit(filter);
    Set<String> below = new LinkedHashSet<>(needed);
    below.addAll(own(filter.input(), filter.condition().refs()));
    Delta input = plan(filter.input(), below);
    String from =
        "(SELECT "
            + Sql.leading(needed)
            + "_w FROM "
            + input.from()
            + " WHERE "
            + filter.condition().sql()
            + ")";
    boolean whole = filter.appendOnly() || needed.containsAll(below);
    return new Delta(from, false, input.cheap(), input.consolidated() && whole, input.stateful());
  }

  private Delta shared(Shared node, Set<String> needed) {
    Set<String> columns = own(node.input(), node.columns());
    Delta delta = shared.get(node);
    if (delta == null) {
      delta = program.table(plan(node.input(), columns), "shared_changes", columns);
      shared.put(node, delta);
    }
    boolean whole = node.appendOnly() || needed.containsAll(columns);
    return new Delta(
        delta.from(),
        delta.table(),
        delta.cheap(),
        delta.consolidated() && whole,
        delta.stateful());
  }

  /** Tells a window operator below which of its rows matter. */
  private void limit(Node.Filter filter) {
    Node below = filter.input();
    while (below instanceof Node.Extend || below instanceof Node.Filter) {
      below = below.inputs().get(0);
    }
    if (below instanceof Node.Window window) {
      RankLimit.of(filter.condition().tree(), window)
          .ifPresent(limit -> limits.putIfAbsent(window, limit));
    }
  }

  private Delta extend(Node.Extend extend, Set<String> needed) {
    Set<String> below = new LinkedHashSet<>(own(extend.input(), needed));
    StringBuilder computed = new StringBuilder();
    for (Node.Item item : extend.items()) {
      if (needed.contains(item.field().name())) {
        below.addAll(own(extend.input(), item.expr().refs()));
        computed.append(item.expr().sql()).append(" AS ").append(item.field().sql()).append(", ");
      }
    }
    Delta input = plan(extend.input(), below);
    Set<String> passed = own(extend.input(), needed);
    String from = "(SELECT " + Sql.leading(passed) + computed + "_w FROM " + input.from() + ")";
    boolean whole = extend.appendOnly() || passed.containsAll(below);
    return new Delta(from, false, input.cheap(), input.consolidated() && whole, input.stateful());
  }

  private Delta union(Node.UnionAll union, Set<String> needed) {
    List<String> selects = new ArrayList<>();
    boolean consolidated = true;
    boolean stateful = false;
    boolean cheap = true;
    for (int branch = 0; branch < union.inputs().size(); branch++) {
      Set<String> below = new LinkedHashSet<>();
      StringBuilder select = new StringBuilder("SELECT ");
      for (int i = 0; i < union.fields().size(); i++) {
        Field field = union.fields().get(i);
        if (needed.contains(field.name())) {
          String need = union.needs().get(branch).get(i);
          if (need != null) {
            below.add(need);
          }
          select.append(union.columns().get(branch).get(i)).append(" AS ").append(field.sql());
          select.append(", ");
        }
      }
      Delta input = plan(union.inputs().get(branch), below);
      selects.add(select + "_w FROM " + input.from());
      consolidated &= input.consolidated();
      cheap &= input.cheap();
      stateful |= input.stateful();
    }
    return new Delta("(" + Sql.unionAll(selects) + ")", false, cheap, consolidated, stateful);
  }

  /** Copies that stay among more or fewer of them cancel out. */
  private Delta repeat(Repeat repeat, Set<String> needed) {
    Set<String> passed = own(repeat.input(), needed);
    Set<String> below = new LinkedHashSet<>(passed);
    below.add(repeat.count());
    Delta input = plan(repeat.input(), below);
    String copies = "range(1, " + Identifier.quote(repeat.count()) + " + 1)";
    String from =
        "(SELECT "
            + Sql.leading(passed)
            + "unnest("
            + copies
            + ") AS "
            + repeat.number().sql()
            + ", _w FROM "
            + input.from()
            + ")";
    boolean whole = repeat.appendOnly() && input.consolidated();
    return new Delta(from, false, false, whole, input.stateful());
  }

  /** Those of the names that are fields of the node. */
  static Set<String> own(Node node, Set<String> names) {
    Set<String> own = new LinkedHashSet<>();
    for (Field field : node.fields()) {
      if (names.contains(field.name())) {
        own.add(field.name());
      }
    }
    return own;
  }
}
