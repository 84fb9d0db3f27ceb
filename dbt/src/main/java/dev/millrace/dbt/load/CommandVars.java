package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.project.ProjectError;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import dev.millrace.project.yaml.YamlReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values of the command line by name: {@code name=value}, or a block of YAML as dbt takes it. */
public final class CommandVars {
  private static final Pattern ASSIGNMENT =
      Pattern.compile("\\s*([A-Za-z_][\\w.:-]*?)\\s*=(.*)", Pattern.DOTALL);

  private CommandVars() {}

  /**
   * The values, later ones before earlier ones.
   *
   * @param option whose they are, for messages
   * @param problems gets texts that are neither
   */
  public static Map<String, @Nullable Object> of(
      String option, List<String> texts, Problems problems) {
    Map<String, @Nullable Object> vars = new LinkedHashMap<>();
    for (String text : texts) {
      Matcher assignment = ASSIGNMENT.matcher(text);
      if (!text.strip().startsWith("{") && assignment.matches()) {
        vars.put(assignment.group(1), value(option, assignment.group(2), problems));
        continue;
      }
      Optional<YamlNode> block = YamlReader.readAsPython(new TextFile(option, text), problems);
      if (block.isPresent() && block.get() instanceof YamlNode.Mapping mapping) {
        vars.putAll(YamlValues.plain(mapping));
      } else {
        problems.error(
            ProjectError.BAD_VALUE,
            null,
            option + ": `" + text + "` names no values",
            "write name=value, or a block of YAML such as '{days: 3, region: eu}'");
      }
    }
    return vars;
  }

  private static @Nullable Object value(String option, String text, Problems problems) {
    return YamlReader.readAsPython(new TextFile(option, text.strip()), problems)
        .map(YamlValues::plain)
        .orElse(text);
  }
}
