package dev.millrace.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A row for each element of lists, which are walked side by side.
 *
 * @param items the elements and the lists
 * @param ordinal the element's place, from 1
 * @param keepsEmpty true if a row without elements appears once, with nulls
 * @param watermarks the input's and those of elements that grow with a column of the input
 */
record Unnest(
    Node input,
    List<Node.Item> items,
    Field ordinal,
    boolean keepsEmpty,
    Map<String, String> watermarks)
    implements Node.Unary {
  @Override
  public List<Field> fields() {
    List<Field> fields = new ArrayList<>(input.fields());
    items.forEach(item -> fields.add(item.field()));
    fields.add(ordinal);
    return fields;
  }

  @Override
  public List<String> identity() {
    List<String> names = new ArrayList<>(input.identity());
    names.add(ordinal.name());
    return names;
  }

  /** A row's elements stay if its lists do. */
  @Override
  public Set<String> lasting() {
    Set<String> below = input.lasting();
    Set<String> lists = new HashSet<>();
    items.forEach(item -> lists.addAll(item.expr().refs()));
    Set<String> names = new HashSet<>(below);
    if (appendOnly() || (!below.isEmpty() && below.containsAll(lists))) {
      fields().forEach(field -> names.add(field.name()));
      if (!appendOnly()) {
        input.fields().forEach(field -> names.remove(field.name()));
        names.addAll(below);
      }
      return names;
    }
    return keepsEmpty ? below : Set.of();
  }
}
