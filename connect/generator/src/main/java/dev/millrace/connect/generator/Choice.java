package dev.millrace.connect.generator;

import java.util.List;

/** One of several values, by weight. */
final class Choice implements DrawnValues {
  private final List<String> names;
  private final byte[][] texts;
  private final double[] limits;

  /**
   * Values with their chances.
   *
   * @param names as the user wrote them
   * @param texts the same as JSON
   * @param limits sums of weights up to each; the last is positive
   */
  Choice(List<String> names, List<byte[]> texts, double[] limits) {
    this.names = List.copyOf(names);
    this.texts = texts.toArray(new byte[0][]);
    this.limits = limits.clone();
  }

  List<String> names() {
    return names;
  }

  /** Which of them the bits stand for. */
  int pick(long bits) {
    return pick(limits, bits);
  }

  /** The place, in growing sums of weights, that the bits stand for. */
  static int pick(double[] limits, long bits) {
    int low = 0;
    int high = limits.length - 1;
    double draw = Draw.unit(bits) * limits[high];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (draw < limits[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Writes one of them. */
  void write(JsonBuffer out, int which) {
    out.raw(texts[which]);
  }

  @Override
  public void write(JsonBuffer out, long bits, long number) {
    out.raw(texts[pick(bits)]);
  }
}
