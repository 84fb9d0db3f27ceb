package dev.millrace.jinja.value;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja's {@code namespace(...)}: the one object whose attributes {@code set} can assign. */
public final class Namespace implements Attributes {
  private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

  @Override
  public @Nullable Object attribute(String name) {
    return values.containsKey(name) ? values.get(name) : ABSENT;
  }

  public void set(String name, @Nullable Object value) {
    values.put(name, value);
  }

  @Override
  public String toString() {
    return "<Namespace " + Printing.repr(values) + ">";
  }
}
