package dev.millrace.dbt.context;

import dev.millrace.dbt.macro.DbtJinja;
import dev.millrace.dbt.manifest.DataTest;
import dev.millrace.dbt.manifest.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The arguments of a generic test, rendered: what its code calls its macro with. */
final class TestArguments {
  /** The name by which a test's code knows its arguments. */
  static final String NAME = "_dbt_generic_test_kwargs";

  private static final Pattern FUNCTION =
      Pattern.compile("\\s*(env_var|ref|var|source|doc)\\s*\\(.+\\)\\s*", Pattern.DOTALL);

  private TestArguments() {}

  /** Sets them for a node that is a generic test; nothing for others. */
  static void into(RunNames names, Node node) {
    if (node.test().isEmpty()) {
      return;
    }
    DataTest test = node.test().get();
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    Object model = node.extra().get("test_metadata_model");
    if (model != null) {
      all.put("model", model);
    }
    test.column().ifPresent(column -> all.put("column_name", column));
    all.putAll(test.arguments());
    names.names().set(NAME, new Lazy(() -> rendered(all, names.names())));
  }

  /** The arguments with their templates rendered; a column's name is none. */
  static Map<String, @Nullable Object> rendered(
      Map<String, ? extends @Nullable Object> arguments,
      Map<String, ? extends @Nullable Object> names) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    arguments.forEach(
        (key, value) -> all.put(key, key.equals("column_name") ? value : rendered(value, names)));
    return all;
  }

  private static @Nullable Object rendered(
      @Nullable Object value, Map<String, ? extends @Nullable Object> names) {
    if (value instanceof String text) {
      String template = FUNCTION.matcher(text).matches() ? "{{ " + text + " }}" : text;
      return NodeParser.isTemplate(template)
          ? DbtJinja.NATIVE.compile("argument of a test", template).evaluate(names)
          : text;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> items = new ArrayList<>();
      list.forEach(item -> items.add(rendered(item, names)));
      return items;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, @Nullable Object> items = new LinkedHashMap<>();
      map.forEach((key, item) -> items.put(key, rendered(item, names)));
      return items;
    }
    return value;
  }
}
