package dev.millrace.project.yaml;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a word without quotes means, by the core schema of YAML 1.2. */
final class ScalarValue {
  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]{1,18}");
  private static final Pattern OTHER_BASE = Pattern.compile("0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}");
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

  private ScalarValue() {}

  static @Nullable Object of(String text) {
    switch (text) {
      case "", "~", "null", "Null", "NULL":
        return null;
      case "true", "True", "TRUE":
        return true;
      case "false", "False", "FALSE":
        return false;
      default:
        break;
    }
    if (INTEGER.matcher(text).matches()) {
      return Long.parseLong(text);
    }
    if (OTHER_BASE.matcher(text).matches()) {
      return Long.parseLong(text.substring(2), text.charAt(1) == 'o' ? 8 : 16);
    }
    if (NUMBER.matcher(text).matches()) {
      return Double.parseDouble(text);
    }
    return text;
  }
}
