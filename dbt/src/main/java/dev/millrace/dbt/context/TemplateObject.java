package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object whose attributes templates read, as {@code result.status} or {@code result['status']},
 * and that {@code to_dict()} copies. Immutable.
 */
public final class TemplateObject extends AbstractMap<String, @Nullable Object>
    implements Attributes {
  private final String typeName;
  private final Map<String, @Nullable Object> values;

  /** An object with some attributes. */
  public TemplateObject(String typeName, Map<String, ? extends @Nullable Object> values) {
    this.typeName = typeName;
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  @Override
  public @Nullable Object attribute(String name) {
    if (name.equals("to_dict")) {
      return (Callable) arguments -> new LinkedHashMap<>(values);
    }
    return values.containsKey(name) ? values.get(name) : ABSENT;
  }

  @Override
  public Set<Entry<String, @Nullable Object>> entrySet() {
    return values.entrySet();
  }

  @Override
  public String typeName() {
    return typeName;
  }
}
