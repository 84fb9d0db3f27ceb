package dev.millrace.engine.unittest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.api.type.DataType;
import dev.millrace.project.yaml.YamlNode;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes values of a test as JSON, with the digits of numbers as they are written. */
final class RecordJson {
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

  private RecordJson() {}

  /** A text as JSON. */
  static String text(String text) {
    return TextNode.valueOf(text).toString();
  }

  /** A value of a column. */
  static String value(YamlNode node, DataType type) {
    if (node.isNull()) {
      return "null";
    }
    if (node instanceof YamlNode.Scalar scalar) {
      return scalar(scalar, type);
    }
    return nested(node);
  }

  private static String scalar(YamlNode.Scalar scalar, DataType type) {
    String text = scalar.text();
    if (type.isNumber()) {
      return NUMBER.matcher(text).matches() ? text : text(text);
    }
    if (type instanceof DataType.Scalar plain && plain.kind() == DataType.Kind.BOOLEAN) {
      return scalar.plain() instanceof Boolean flag ? flag.toString() : text(text);
    }
    boolean structure = !(type instanceof DataType.Scalar || type instanceof DataType.Enumeration);
    boolean json = type instanceof DataType.Scalar plain && plain.kind() == DataType.Kind.JSON;
    return (structure || json) && isJson(text) ? text : text(text);
  }

  /** A list or a block; its words mean what YAML says. */
  static String nested(YamlNode node) {
    if (node instanceof YamlNode.Sequence sequence) {
      return sequence.items().stream()
          .map(RecordJson::nested)
          .collect(Collectors.joining(", ", "[", "]"));
    }
    if (node instanceof YamlNode.Mapping mapping) {
      return mapping.entries().stream()
          .map(e -> text(e.key().text()) + ": " + nested(e.value()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    YamlNode.Scalar scalar = (YamlNode.Scalar) node;
    Object plain = scalar.plain();
    if (plain == null) {
      return "null";
    }
    if (plain instanceof Boolean flag) {
      return flag.toString();
    }
    boolean number = plain instanceof Number && NUMBER.matcher(scalar.text()).matches();
    return number ? scalar.text() : text(scalar.text());
  }

  private static boolean isJson(String text) {
    try {
      return !new ObjectMapper().readTree(text).isMissingNode();
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      return false;
    }
  }
}
