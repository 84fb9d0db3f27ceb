package dev.millrace.jinja;

import dev.millrace.jinja.value.Attributes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a template's top level defined when it ran: its macros and variables by name. */
public final class Module implements Attributes {
  private final String template;
  private final Map<String, @Nullable Object> exported;
  private final String text;

  Module(String template, Map<String, @Nullable Object> exported, String text) {
    this.template = template;
    this.exported = exported;
    this.text = text;
  }

  /** The name of the template. */
  public String template() {
    return template;
  }

  /** The macros in the order of the file, by name. */
  public Map<String, Macro> macros() {
    Map<String, Macro> macros = new LinkedHashMap<>();
    exported.forEach(
        (name, value) -> {
          if (value instanceof Macro macro) {
            macros.put(name, macro);
          }
        });
    return macros;
  }

  /** Macros and variables. */
  public Map<String, @Nullable Object> exported() {
    return Collections.unmodifiableMap(exported);
  }

  @Override
  public @Nullable Object attribute(String name) {
    return exported.containsKey(name) ? exported.get(name) : ABSENT;
  }

  @Override
  public String typeName() {
    return "TemplateModule";
  }

  /** The text that the top level rendered. */
  @Override
  public String toString() {
    return text;
  }
}
