package dev.millrace.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Each row as often as a field of it says.
 *
 * @param count the field; none or a negative number is no row
 * @param number counts the copies of a row from 1
 */
record Repeat(Node input, String count, Field number) implements Node {
  @Override
  public List<Field> fields() {
    List<Field> fields = new ArrayList<>(input.fields());
    fields.add(number);
    return fields;
  }

  @Override
  public List<String> identity() {
    List<String> names = new ArrayList<>(input.identity());
    names.add(number.name());
    return names;
  }

  @Override
  public boolean appendOnly() {
    return input.appendOnly();
  }

  @Override
  public Map<String, String> watermarks() {
    return input.watermarks();
  }

  /** Nothing is known of how many copies there will be. */
  @Override
  public Set<String> lasting() {
    Set<String> names = new HashSet<>();
    if (appendOnly()) {
      fields().forEach(field -> names.add(field.name()));
    }
    return names;
  }

  @Override
  public List<Node> inputs() {
    return List.of(input);
  }
}
