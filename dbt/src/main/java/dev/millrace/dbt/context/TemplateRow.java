package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.Tuple;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row of a {@link TemplateTable}: values by position, by {@code row['name']}, {@code row.name}.
 */
final class TemplateRow extends AbstractList<@Nullable Object> implements Attributes {
  private final List<String> names;
  private final List<@Nullable Object> values;

  TemplateRow(List<String> names, List<@Nullable Object> values) {
    this.names = names;
    this.values = values;
  }

  @Override
  public @Nullable Object get(int index) {
    return values.get(index);
  }

  @Override
  public int size() {
    return values.size();
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "values" -> (Callable) arguments -> Tuple.copyOf(values);
      case "keys" -> (Callable) arguments -> Tuple.copyOf(names);
      case "items" -> (Callable) arguments -> items();
      case "dict" -> (Callable) arguments -> dict();
      case "get" ->
          Members.function(
              "get(key, default=None)",
              a -> {
                int index = names.indexOf(Printing.str(a[0]));
                return index < 0 ? a[1] : values.get(index);
              });
      default -> {
        int index = names.indexOf(name);
        yield index < 0 ? ABSENT : values.get(index);
      }
    };
  }

  private List<Object> items() {
    List<Object> items = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      items.add(Tuple.of(names.get(i), values.get(i)));
    }
    return items;
  }

  private Map<String, @Nullable Object> dict() {
    Map<String, @Nullable Object> dict = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      dict.put(names.get(i), values.get(i));
    }
    return dict;
  }

  @Override
  public String typeName() {
    return "Row";
  }

  @Override
  public String toString() {
    return "<agate.Row: " + Printing.repr(Tuple.copyOf(values)) + ">";
  }
}
