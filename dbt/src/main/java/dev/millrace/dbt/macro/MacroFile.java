package dev.millrace.dbt.macro;

import dev.millrace.jinja.Environment;
import dev.millrace.jinja.MacroSignature;
import dev.millrace.jinja.Template;
import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A compiled file of macros.
 *
 * @param template its macros
 * @param macros what it defines, in order
 */
record MacroFile(Template template, List<MacroDef> macros) {
  private static final Pattern END =
      Pattern.compile("\\{%-?\\s*end(macro|test|data_test|materialization)\\s*-?%\\}");

  static MacroFile compile(String packageName, TextFile file, Environment environment) {
    Template template = environment.compileMacros(file.path(), file.text());
    List<MacroSignature> signatures = template.macros();
    List<MacroDef> macros = new ArrayList<>();
    for (int i = 0; i < signatures.size(); i++) {
      MacroSignature macro = signatures.get(i);
      int limit = i + 1 < signatures.size() ? signatures.get(i + 1).offset() : file.text().length();
      macros.add(
          new MacroDef(
              "macro." + packageName + "." + macro.name(),
              packageName,
              macro.name(),
              file,
              file.at(macro.offset(), 0),
              code(file.text().substring(macro.offset(), limit)),
              macro.parameters()));
    }
    return new MacroFile(template, List.copyOf(macros));
  }

  /** Up to the last end tag. */
  private static String code(String text) {
    Matcher end = END.matcher(text);
    int last = text.length();
    while (end.find()) {
      last = end.end();
    }
    return text.substring(0, last);
  }
}
