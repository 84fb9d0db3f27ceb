package dev.millrace.benchmarks.flink;

import org.apache.flink.table.functions.ScalarFunction;

/** Nexmark's function of a user: how often a character is in a text. */
public final class CountChar extends ScalarFunction {
  private static final long serialVersionUID = 1;

  /** Called by Flink's generated code. */
  public long eval(String text, String character) {
    char wanted = character.charAt(0);
    long count = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == wanted) {
        count++;
      }
    }
    return count;
  }
}
