package dev.millrace.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Each row as often as a field of it says.
 *
 * @param count the field; none or a negative number is no row
 * @param number counts the copies of a row from 1
 */
record Repeat(Node input, String count, Field number) implements Node.Unary {
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

  /** Nothing is known of how many copies there will be. */
  @Override
  public Set<String> lasting() {
    Set<String> names = new HashSet<>();
    if (appendOnly()) {
      fields().forEach(field -> names.add(field.name()));
    }
    return names;
  }
}
