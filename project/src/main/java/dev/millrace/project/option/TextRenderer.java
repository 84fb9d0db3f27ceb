package dev.millrace.project.option;

import dev.millrace.project.yaml.YamlNode;
import java.util.Optional;

/** Replaces the templates in a text of a YAML file. */
@FunctionalInterface
public interface TextRenderer {
  /** Takes no template: its value is left unread, as if it were right. */
  TextRenderer UNREAD = scalar -> Optional.empty();

  /**
   * The text without templates; empty if there is none, the reason being told already.
   *
   * @param scalar holds a template
   */
  Optional<YamlNode.Scalar> render(YamlNode.Scalar scalar);
}
