package dev.millrace.dbt.context;

import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Sequences;
import dev.millrace.jinja.value.Tuple;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The result of a query as templates see it: the part of agate's {@code Table} that macros use. */
final class TemplateTable extends AbstractList<@Nullable Object> implements Attributes {
  private final List<String> names;
  private final List<String> types;
  private final List<TemplateRow> rows;
  private final Consumer<String> log;

  TemplateTable(
      List<String> names,
      List<String> types,
      List<List<@Nullable Object>> values,
      Consumer<String> log) {
    this.names = List.copyOf(names);
    this.types = List.copyOf(types);
    this.rows = values.stream().map(row -> new TemplateRow(this.names, row)).toList();
    this.log = log;
  }

  static TemplateTable of(QueryResult result, Consumer<String> log) {
    List<List<@Nullable Object>> values = new ArrayList<>();
    for (List<@Nullable Object> row : result.rows()) {
      List<@Nullable Object> converted = new ArrayList<>(row.size());
      row.forEach(value -> converted.add(SqlValues.python(value)));
      values.add(converted);
    }
    return new TemplateTable(
        result.columns().stream().map(ColumnInfo::name).toList(),
        result.columns().stream().map(ColumnInfo::type).toList(),
        values,
        log);
  }

  static TemplateTable empty(Consumer<String> log) {
    return new TemplateTable(List.of(), List.of(), List.of(), log);
  }

  List<String> names() {
    return names;
  }

  List<String> types() {
    return types;
  }

  List<TemplateRow> rows() {
    return rows;
  }

  @Override
  public Object get(int index) {
    return rows.get(index);
  }

  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "rows" -> new Named("MappedSequence", names, rows);
      case "columns" -> new Named("MappedSequence", names, columns());
      case "column_names" -> Tuple.copyOf(names);
      case "column_types" -> Tuple.copyOf(types);
      case "select" -> Members.function("select(key)", a -> columns(keys(a[0]), true));
      case "exclude" -> Members.function("exclude(key)", a -> columns(keys(a[0]), false));
      case "rename" -> Members.function("rename(column_names=None, row_names=None)", this::rename);
      case "limit" ->
          Members.function(
              "limit(start_or_stop)",
              a -> sub(rows.subList(0, Math.min(rows.size(), count(a[0])))));
      case "order_by" -> Members.function("order_by(key, reverse=False)", this::orderBy);
      case "where" -> Members.function("where(test)", this::where);
      case "print_table" -> (Callable) arguments -> print(TablePrinter.table(this));
      case "print_csv" -> (Callable) arguments -> print(TablePrinter.csv(this));
      case "to_json", "print_json" -> (Callable) arguments -> print(TablePrinter.json(this));
      default -> ABSENT;
    };
  }

  private @Nullable Object print(String text) {
    text.lines().forEach(log);
    return null;
  }

  private static int count(@Nullable Object value) {
    return value instanceof Number number ? number.intValue() : Integer.MAX_VALUE;
  }

  private List<TableColumn> columns() {
    List<TableColumn> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      columns.add(new TableColumn(names.get(i), i, types.get(i), rows));
    }
    return columns;
  }

  private static List<String> keys(@Nullable Object value) {
    return value instanceof CharSequence name
        ? List.of(name.toString())
        : Sequences.list(value).stream().map(Printing::str).toList();
  }

  private TemplateTable columns(List<String> wanted, boolean keep) {
    List<String> chosen =
        keep ? wanted : names.stream().filter(name -> !wanted.contains(name)).toList();
    List<Integer> indexes = chosen.stream().map(this::index).toList();
    List<List<@Nullable Object>> values = new ArrayList<>();
    for (TemplateRow row : rows) {
      List<@Nullable Object> part = new ArrayList<>();
      indexes.forEach(index -> part.add(row.get(index)));
      values.add(part);
    }
    return new TemplateTable(chosen, indexes.stream().map(types::get).toList(), values, log);
  }

  private int index(String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      throw PythonError.key(Printing.repr(name));
    }
    return index;
  }

  private TemplateTable sub(List<TemplateRow> some) {
    List<List<@Nullable Object>> values = new ArrayList<>();
    some.forEach(row -> values.add(new ArrayList<>(row)));
    return new TemplateTable(names, types, values, log);
  }

  private TemplateTable rename(@Nullable Object[] a) {
    List<String> renamed = new ArrayList<>(names);
    if (a[0] instanceof Map<?, ?> map) {
      renamed.replaceAll(name -> map.containsKey(name) ? Printing.str(map.get(name)) : name);
    } else if (a[0] != null) {
      renamed = new ArrayList<>(keys(a[0]));
    }
    List<List<@Nullable Object>> values = new ArrayList<>();
    rows.forEach(row -> values.add(new ArrayList<>(row)));
    return new TemplateTable(renamed, types, values, log);
  }

  private TemplateTable orderBy(@Nullable Object[] a) {
    int index = index(Printing.str(a[0]));
    List<TemplateRow> sorted = new ArrayList<>(rows);
    sorted.sort((x, y) -> SqlValues.order(x.get(index), y.get(index)));
    if (Boolean.TRUE.equals(a[1])) {
      java.util.Collections.reverse(sorted);
    }
    return sub(sorted);
  }

  private TemplateTable where(@Nullable Object[] a) {
    if (!(a[0] instanceof Callable test)) {
      throw PythonError.type("where() takes a function");
    }
    return sub(
        rows.stream()
            .filter(
                row ->
                    dev.millrace.jinja.value.Operators.truth(
                        test.call(dev.millrace.jinja.value.Arguments.of(row))))
            .toList());
  }

  @Override
  public String typeName() {
    return "Table";
  }

  @Override
  public String toString() {
    return "<agate.Table: " + names + ", " + rows.size() + " rows>";
  }

  /** Items by position and by name, as agate's {@code MappedSequence}; iterates the items. */
  private static final class Named extends AbstractList<@Nullable Object> implements Attributes {
    private final String typeName;
    private final List<String> names;
    private final List<? extends Object> items;

    Named(String typeName, List<String> names, List<? extends Object> items) {
      this.typeName = typeName;
      this.names = names;
      this.items = items;
    }

    @Override
    public Object get(int index) {
      return items.get(index);
    }

    @Override
    public int size() {
      return items.size();
    }

    private boolean ofColumns() {
      return items.isEmpty() || items.get(0) instanceof TableColumn;
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "keys" -> (Callable) arguments -> Tuple.copyOf(ofColumns() ? names : List.of());
        case "values" -> (Callable) arguments -> Tuple.copyOf(items);
        case "items" ->
            (Callable)
                arguments -> {
                  List<Object> pairs = new ArrayList<>();
                  for (int i = 0; i < items.size(); i++) {
                    pairs.add(Tuple.of(ofColumns() ? names.get(i) : null, items.get(i)));
                  }
                  return pairs;
                };
        case "get" ->
            Members.function(
                "get(key, default=None)",
                a -> {
                  int index = names.indexOf(Printing.str(a[0]));
                  return ofColumns() && index >= 0 ? items.get(index) : a[1];
                });
        default -> {
          int index = names.indexOf(name);
          yield ofColumns() && index >= 0 ? items.get(index) : ABSENT;
        }
      };
    }

    @Override
    public String typeName() {
      return typeName;
    }
  }
}
