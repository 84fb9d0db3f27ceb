package dev.millrace.sql;

import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds UNION ALL: each column cast to the type that fits all branches. A row is told from others
 * by its branch's number and its identity there; branches share identity columns of equal types.
 */
final class UnionBuilder {
  private final Compilation compilation;
  private final List<Resolved> branches;
  private final List<Field> fields = new ArrayList<>();
  private final List<List<String>> columns = new ArrayList<>();
  private final List<List<@Nullable String>> needs = new ArrayList<>();
  private final Map<String, String> watermarks = new HashMap<>();

  UnionBuilder(Compilation compilation, List<Resolved> branches) {
    this.compilation = compilation;
    this.branches = branches;
    for (int i = 0; i < branches.size(); i++) {
      columns.add(new ArrayList<>());
      needs.add(new ArrayList<>());
    }
  }

  /** Adds the column at that position. */
  Visible column(int position) {
    List<Field> sources = new ArrayList<>();
    Set<String> origins = new HashSet<>();
    for (Resolved branch : branches) {
      Field source = branch.columns().get(position).field();
      sources.add(source);
      origins.addAll(source.origins());
    }
    String name = branches.get(0).columns().get(position).name();
    String type = commonType(sources);
    Field field = compilation.declare(new Field(compilation.names().fresh(name), type, origins));
    fields.add(field);
    for (int i = 0; i < branches.size(); i++) {
      add(i, sources.get(i), type);
    }
    if (field.isTime()) {
      watermark(field, sources);
    }
    return new Visible(name, field);
  }

  /** No branch changes before its watermark, so the union does not before the smallest. */
  private void watermark(Field field, List<Field> sources) {
    String mark = null;
    for (int i = 0; i < branches.size(); i++) {
      String next = branches.get(i).node().watermarks().get(sources.get(i).name());
      if (next == null || !sources.get(i).isTime()) {
        return;
      }
      mark = mark == null ? next : Watermarks.least(mark, next);
    }
    if (mark != null) {
      watermarks.put(field.name(), mark);
    }
  }

  private String commonType(List<Field> sources) {
    String type = sources.get(0).type();
    for (Field source : sources) {
      if (!source.type().equals(type)) {
        StringBuilder union = new StringBuilder();
        for (Field each : sources) {
          union.append(union.isEmpty() ? "" : " UNION ALL ");
          union.append("SELECT CAST(NULL AS ").append(each.type()).append(") AS c");
        }
        return compilation
            .types(List.of(), List.of("(SELECT c FROM (" + union + ") LIMIT 1)"))
            .get(0);
      }
    }
    return type;
  }

  private void add(int branch, Field source, String type) {
    columns
        .get(branch)
        .add(
            source.type().equals(type)
                ? source.sql()
                : "CAST(" + source.sql() + " AS " + type + ")");
    needs.get(branch).add(source.name());
  }

  /** The union, once every column is added. */
  Node.UnionAll build() {
    List<String> identity = new ArrayList<>();
    Field number = new Field(compilation.names().fresh("_branch"), "INTEGER", Set.of());
    identity.add(number.name());
    fields.add(number);
    for (int i = 0; i < branches.size(); i++) {
      columns.get(i).add(String.valueOf(i));
      needs.get(i).add(null);
    }
    // One column for the n-th identity column of a type, whichever branch has it.
    Map<String, Field[]> shared = new LinkedHashMap<>();
    for (int i = 0; i < branches.size(); i++) {
      Node node = branches.get(i).node();
      Map<String, Integer> seen = new HashMap<>();
      for (String name : node.identity()) {
        Field field = node.field(name).orElseThrow();
        int n = seen.merge(field.type(), 1, Integer::sum);
        shared.computeIfAbsent(field.type() + "\n" + n, key -> new Field[branches.size()])[i] =
            field;
      }
    }
    for (Field[] sources : shared.values()) {
      String type = "";
      for (Field source : sources) {
        type = source == null ? type : source.type();
      }
      Field field = new Field(compilation.names().fresh("_identity"), type, Set.of());
      fields.add(field);
      identity.add(field.name());
      for (int i = 0; i < sources.length; i++) {
        Field source = sources[i];
        columns.get(i).add(source == null ? "CAST(NULL AS " + type + ")" : source.sql());
        needs.get(i).add(source == null ? null : source.name());
      }
    }
    List<Node> nodes = branches.stream().map(Resolved::node).toList();
    return new Node.UnionAll(nodes, fields, identity, columns, needs, watermarks);
  }
}
