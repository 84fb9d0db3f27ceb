package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The expressions of a SELECT list, with {@code *} written out. */
final class SelectList {
  /**
   * One column of the result.
   *
   * @param written the expression as the text has it
   * @param tree the same, resolved; null until it is
   */
  record Item(String name, JsonNode written, @Nullable JsonNode tree) {}

  private final Compilation compilation;
  private final Scope scope;

  SelectList(Compilation compilation, Scope scope) {
    this.compilation = compilation;
    this.scope = scope;
  }

  /** Expressions by alias, in lower case; the first of a name counts. */
  static Map<String, JsonNode> aliases(JsonNode select) {
    Map<String, JsonNode> aliases = new HashMap<>();
    for (JsonNode item : select.path("select_list")) {
      String alias = item.path("alias").asText();
      if (!alias.isEmpty() && item.isObject()) {
        aliases.putIfAbsent(alias.toLowerCase(Locale.ROOT), item);
      }
    }
    return aliases;
  }

  List<Item> expand(JsonNode select, ExpressionResolver resolver) {
    List<Item> items = new ArrayList<>();
    for (JsonNode item : select.path("select_list")) {
      if (item.path("class").asText().equals("STAR")) {
        star(item, resolver, items);
      } else {
        Item one = new Item(name(item), item, resolver.resolve(item));
        items.addAll(new Unnesting(compilation).expand(one));
      }
    }
    return items;
  }

  /** As DuckDB names an expression without alias. */
  private String name(JsonNode item) {
    String alias = item.path("alias").asText();
    if (!alias.isEmpty()) {
      return alias;
    }
    if (item.path("class").asText().equals("COLUMN_REF")) {
      JsonNode path = item.path("column_names");
      return path.path(path.size() - 1).asText();
    }
    return compilation.duck().printExpression(item);
  }

  private void star(JsonNode item, ExpressionResolver resolver, List<Item> items) {
    if (item.path("columns").asBoolean() || item.path("expr").isObject()) {
      compilation.findings().unsupported(item, "COLUMNS(...)", "write the columns out");
      return;
    }
    Set<String> excluded = lower(item.path("exclude_list"));
    for (JsonNode qualified : item.path("qualified_exclude_list")) {
      excluded.add(qualified.path("column").asText().toLowerCase(Locale.ROOT));
    }
    Map<String, JsonNode> replaced = entries(item.path("replace_list"));
    Map<String, JsonNode> renamed = entries(item.path("rename_list"));
    for (Visible column : columns(item)) {
      String lower = column.name().toLowerCase(Locale.ROOT);
      if (excluded.contains(lower)) {
        continue;
      }
      JsonNode replacement = replaced.get(lower);
      if (replacement != null) {
        items.add(new Item(column.name(), replacement, resolver.resolve(replacement)));
        continue;
      }
      JsonNode newName = renamed.get(lower);
      String name = newName == null ? column.name() : newName.asText();
      JsonNode reference = Compilation.reference(column.field().name());
      items.add(new Item(name, Compilation.reference(column.name()), reference));
    }
  }

  private List<Visible> columns(JsonNode item) {
    String relation = item.path("relation_name").asText();
    if (relation.isEmpty()) {
      return scope.star();
    }
    List<Visible> columns = new ArrayList<>();
    for (Scope.Source source : scope.sources()) {
      if (source.isNamed(List.of(relation))) {
        columns.addAll(source.columns());
      }
    }
    if (columns.isEmpty()) {
      compilation
          .findings()
          .add(
              item,
              SqlCode.SQL_UNKNOWN_RELATION,
              "there is no relation `" + relation + "` in FROM",
              null);
    }
    return columns;
  }

  private static Set<String> lower(JsonNode names) {
    Set<String> lower = new HashSet<>();
    names.forEach(name -> lower.add(name.asText().toLowerCase(Locale.ROOT)));
    return lower;
  }

  private static Map<String, JsonNode> entries(JsonNode list) {
    Map<String, JsonNode> entries = new HashMap<>();
    list.forEach(
        e -> entries.put(e.path("key").asText().toLowerCase(Locale.ROOT), e.path("value")));
    return entries;
  }
}
