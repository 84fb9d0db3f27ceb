package dev.millrace.dbt.context;

import java.util.Map;

/** Keeps secrets of the environment out of what people read. */
final class Secrets {
  private Secrets() {}

  /** The text with the values of secret variables covered. */
  static String hide(String text, Map<String, String> environment) {
    String hidden = text;
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (variable.getKey().startsWith(ParseSetting.SECRET) && !variable.getValue().isEmpty()) {
        hidden = hidden.replace(variable.getValue(), "*****");
      }
    }
    return hidden;
  }
}
