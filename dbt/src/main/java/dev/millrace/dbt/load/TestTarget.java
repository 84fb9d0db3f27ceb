package dev.millrace.dbt.load;

import dev.millrace.project.yaml.YamlNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a property file tests.
 *
 * @param entry in which the tests are
 * @param attached the node or source
 * @param name of it, for the names of tests; a source's is {@code <source>_<table>}
 * @param reference the call that reads it: {@code ref('orders')}
 * @param tests of the whole
 * @param columns with their tests
 * @param quoteColumns whether names of columns are put in quotes if they say nothing
 * @param tags that its tests inherit
 */
record TestTarget(
    PropertyEntry entry,
    Draft attached,
    String name,
    String reference,
    Optional<YamlNode> tests,
    List<ColumnEntry> columns,
    boolean quoteColumns,
    Set<String> tags) {
  /** The tests of a block: {@code data_tests:}, or {@code tests:} as they were called. */
  static Optional<YamlNode> tests(YamlNode.Mapping node) {
    return node.get("data_tests").or(() -> node.get("tests"));
  }
}
