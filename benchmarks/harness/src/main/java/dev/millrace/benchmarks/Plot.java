package dev.millrace.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Small line charts below each other over the same minutes, each from 0 to its highest value. */
final class Plot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 90;
  private static final int LEFT = 150;
  private static final int GAP = 24;

  private final List<Double> minutes;

  Plot(List<Double> minutes) {
    this.minutes = minutes;
  }

  /** The picture as SVG. */
  <T> String of(List<T> samples, Map<String, ToDoubleFunction<T>> lines) {
    int height = lines.size() * (HEIGHT + GAP) + GAP;
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"13\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
        LEFT + WIDTH + GAP,
        height);
    int top = GAP / 2;
    double end = minutes.get(minutes.size() - 1);
    for (Map.Entry<String, ToDoubleFunction<T>> line : lines.entrySet()) {
      double most = samples.stream().mapToDouble(line.getValue()).max().orElse(0);
      add(svg, "<text x=\"8\" y=\"%d\">%s</text>\n", top + 14, line.getKey());
      add(svg, "<text x=\"8\" y=\"%d\" fill=\"#666666\">up to %,.0f</text>\n", top + 32, most);
      add(
          svg,
          "<path d=\"M%d %dh%d\" stroke=\"#bbbbbb\"/>\n<polyline fill=\"none\" stroke=\"#0e7490\""
              + " stroke-width=\"1.5\" points=\"",
          LEFT,
          top + HEIGHT,
          WIDTH);
      for (int i = 0; i < samples.size(); i++) {
        double value = line.getValue().applyAsDouble(samples.get(i));
        add(
            svg,
            "%.1f,%.1f ",
            LEFT + WIDTH * minutes.get(i) / end,
            top + HEIGHT * (1 - (most == 0 ? 0 : value / most)));
      }
      svg.append("\"/>\n");
      top += HEIGHT + GAP;
    }
    add(
        svg,
        "<text x=\"%d\" y=\"%d\" fill=\"#666666\" text-anchor=\"end\">minute %.0f</text>\n</svg>\n",
        LEFT + WIDTH,
        height - 6,
        end);
    return svg.toString();
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
