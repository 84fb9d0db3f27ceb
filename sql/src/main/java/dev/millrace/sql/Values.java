package dev.millrace.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Constant rows, which are there from the first batch on.
 *
 * @param rows the SQL of each row's values, without its number
 * @param number the last of the fields: counts the rows from 0
 */
record Values(List<Field> fields, List<List<String>> rows, Field number) implements Node {
  @Override
  public List<String> identity() {
    return List.of(number.name());
  }

  @Override
  public boolean appendOnly() {
    return true;
  }

  @Override
  public Map<String, String> watermarks() {
    return Map.of();
  }

  @Override
  public Set<String> lasting() {
    Set<String> names = new HashSet<>();
    fields.forEach(field -> names.add(field.name()));
    return names;
  }

  @Override
  public List<Node> inputs() {
    return List.of();
  }

  /** The rows behind FROM, in parentheses. */
  String sql() {
    List<String> selects = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      StringBuilder select = new StringBuilder("SELECT ");
      for (int i = 0; i < rows.get(row).size(); i++) {
        select.append(rows.get(row).get(i)).append(" AS ");
        select.append(fields.get(i).sql()).append(", ");
      }
      selects.add(select + "CAST(" + row + " AS INTEGER) AS " + number.sql());
    }
    return "(" + Sql.unionAll(selects) + ")";
  }
}
