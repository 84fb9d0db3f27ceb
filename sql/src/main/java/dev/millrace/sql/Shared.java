package dev.millrace.sql;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An input that several operators read; it is planned once.
 *
 * @param columns the fields that any of them needs
 */
record Shared(Node input, Set<String> columns) implements Node {
  @Override
  public List<Field> fields() {
    return input.fields();
  }

  @Override
  public List<String> identity() {
    return input.identity();
  }

  @Override
  public boolean appendOnly() {
    return input.appendOnly();
  }

  @Override
  public Map<String, String> watermarks() {
    return input.watermarks();
  }

  @Override
  public Set<String> lasting() {
    return input.lasting();
  }

  @Override
  public List<Node> inputs() {
    return List.of(input);
  }
}
