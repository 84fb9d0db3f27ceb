package dev.millrace.dbt.context;

import dev.millrace.dbt.seed.SeedColumn;
import dev.millrace.dbt.seed.SeedTable;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Tuple;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code load_agate_table()} gives: the rows of a seed's file, as texts. */
final class TemplateSeed implements Attributes {
  private final SeedTable table;

  TemplateSeed(SeedTable table) {
    this.table = table;
  }

  SeedTable table() {
    return table;
  }

  /** The type of a column as dbt finds it. */
  String type(int column) {
    return table.columns().get(column).type();
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "column_names" -> Tuple.copyOf(table.names());
      case "column_types" -> Tuple.copyOf(table.columns().stream().map(SeedColumn::type).toList());
      case "rows" -> new Rows();
      default -> ABSENT;
    };
  }

  @Override
  public String typeName() {
    return "Table";
  }

  /** Rows that are made when somebody looks at them. */
  private final class Rows extends AbstractList<@Nullable Object> {
    private final List<String> names = table.names();

    @Override
    public Object get(int index) {
      List<@Nullable Object> values = new ArrayList<>(Arrays.asList(table.rows().get(index)));
      return new TemplateRow(names, values);
    }

    @Override
    public int size() {
      return table.rows().size();
    }
  }
}
