package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
      if (item.path("class").asText().equals("STAR") && !item.path("columns").asBoolean()) {
        star(item, resolver, items);
      } else {
        Item one = new Item(name(item, compilation.duck()), item, resolver.resolve(item));
        items.addAll(new Unnesting(compilation).expand(one));
      }
    }
    return items;
  }

  /** As DuckDB names an expression without alias. */
  static String name(JsonNode item, DuckDb duck) {
    String alias = item.path("alias").asText();
    if (!alias.isEmpty()) {
      return alias;
    }
    if (item.path("class").asText().equals("COLUMN_REF")) {
      JsonNode path = item.path("column_names");
      return path.path(path.size() - 1).asText();
    }
    return duck.printExpression(item);
  }

  private void star(JsonNode item, ExpressionResolver resolver, List<Item> items) {
    for (StarColumns.Chosen column : new StarColumns(compilation, scope).of(item)) {
      Field field = column.field();
      JsonNode tree =
          field == null ? resolver.resolve(column.written()) : Compilation.reference(field.name());
      items.add(new Item(column.name(), column.written(), tree));
    }
  }
}
