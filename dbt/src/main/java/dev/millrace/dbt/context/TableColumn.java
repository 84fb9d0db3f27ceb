package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Tuple;
import java.util.AbstractList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A column of a {@link TemplateTable} with its values. */
final class TableColumn extends AbstractList<@Nullable Object> implements Attributes {
  private final String name;
  private final int index;
  private final String type;
  private final List<TemplateRow> rows;

  TableColumn(String name, int index, String type, List<TemplateRow> rows) {
    this.name = name;
    this.index = index;
    this.type = type;
    this.rows = rows;
  }

  String name() {
    return name;
  }

  @Override
  public @Nullable Object get(int row) {
    return rows.get(row).get(index);
  }

  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public @Nullable Object attribute(String attribute) {
    return switch (attribute) {
      case "name" -> name;
      case "index" -> (long) index;
      case "data_type" -> type;
      case "values" -> (Callable) arguments -> Tuple.copyOf(this);
      case "values_distinct" -> (Callable) arguments -> Tuple.copyOf(new LinkedHashSet<>(this));
      case "values_without_nulls" ->
          (Callable) arguments -> Tuple.copyOf(stream().filter(Objects::nonNull).toList());
      default -> ABSENT;
    };
  }

  @Override
  public String typeName() {
    return "Column";
  }

  @Override
  public String toString() {
    return "<agate.Column: " + name + ">";
  }
}
