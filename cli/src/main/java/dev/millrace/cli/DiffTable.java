package dev.millrace.cli;

import dev.millrace.engine.unittest.TableDiff;
import dev.millrace.engine.unittest.TableDiff.Kind;
import dev.millrace.engine.unittest.TableDiff.Line;
import dev.millrace.project.Colour;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Two tables as one, aligned: rows that are as expected, {@code ~} rows with other values as {@code
 * expected → actual}, {@code -} rows that are missing and {@code +} rows that nobody expected.
 */
final class DiffTable {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
  private static final int WIDEST = 40;

  /** So many rows that are as expected are shown; the others are counted. */
  private static final int SAME_SHOWN = 10;

  private final TableDiff diff;
  private final boolean colours;

  DiffTable(TableDiff diff, boolean colours) {
    this.diff = diff;
    this.colours = colours;
  }

  private String paint(Colour colour, String text) {
    return colour.paint(text, colours && !text.isBlank());
  }

  /** The lines, each after {@code margin}. */
  String text(String margin) {
    int columns = diff.columns().size();
    int[] widths = new int[columns];
    boolean[] numeric = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      widths[c] = Math.min(WIDEST, diff.columns().get(c).length());
      numeric[c] = true;
      for (Line line : diff.lines()) {
        widths[c] = Math.max(widths[c], cell(line, c).length());
        numeric[c] &= isNumber(line.expected(), c) && isNumber(line.actual(), c);
      }
    }
    StringBuilder out = new StringBuilder();
    List<String> head = new ArrayList<>();
    for (int c = 0; c < columns; c++) {
      head.add(paint(Colour.BOLD, pad(cut(diff.columns().get(c)), widths[c], numeric[c])));
    }
    out.append(margin).append("  ").append(String.join("  ", head).stripTrailing()).append('\n');
    int same = 0;
    for (Line line : diff.lines()) {
      if (line.kind() != Kind.SAME || ++same <= SAME_SHOWN) {
        out.append(margin).append(line(line, widths, numeric)).append('\n');
      }
    }
    if (same > SAME_SHOWN) {
      out.append(margin).append("  ");
      out.append(paint(Colour.DIM, "and " + (same - SAME_SHOWN) + " more rows as expected"))
          .append('\n');
    }
    return out.toString();
  }

  private String line(Line line, int[] widths, boolean[] numeric) {
    List<String> cells = new ArrayList<>();
    for (int c = 0; c < widths.length; c++) {
      String text = pad(cell(line, c), widths[c], numeric[c]);
      cells.add(
          switch (line.kind()) {
            case SAME -> paint(Colour.DIM, text);
            case MISSING -> paint(Colour.RED, text);
            case UNEXPECTED -> paint(Colour.GREEN, text);
            case CHANGED -> line.changed().contains(c) ? changed(text) : text;
          });
    }
    String mark =
        switch (line.kind()) {
          case SAME -> " ";
          case MISSING -> paint(Colour.RED, "-");
          case UNEXPECTED -> paint(Colour.GREEN, "+");
          case CHANGED -> paint(Colour.YELLOW, "~");
        };
    String word =
        switch (line.kind()) {
          case MISSING -> paint(Colour.RED, "   missing");
          case UNEXPECTED -> paint(Colour.GREEN, "   not expected");
          case SAME, CHANGED -> "";
        };
    return (mark + " " + String.join("  ", cells) + word).stripTrailing();
  }

  private String changed(String text) {
    int arrow = text.indexOf(" → ");
    return arrow < 0
        ? paint(Colour.YELLOW, text)
        : paint(Colour.RED, text.substring(0, arrow))
            + " → "
            + paint(Colour.GREEN, text.substring(arrow + 3));
  }

  private static String cell(Line line, int column) {
    return switch (line.kind()) {
      case SAME, UNEXPECTED -> word(line.actual().get(column));
      case MISSING -> word(line.expected().get(column));
      case CHANGED ->
          line.changed().contains(column)
              ? word(line.expected().get(column)) + " → " + word(line.actual().get(column))
              : word(line.actual().get(column));
    };
  }

  private static boolean isNumber(List<@Nullable String> row, int column) {
    String text = row.isEmpty() ? null : row.get(column);
    return text == null || NUMBER.matcher(text).matches();
  }

  private static String word(@Nullable String value) {
    return value == null ? "∅" : value.isEmpty() ? "''" : cut(value.replace("\n", "⏎"));
  }

  private static String cut(String text) {
    return text.length() <= WIDEST ? text : text.substring(0, WIDEST - 1) + "…";
  }

  private static String pad(String text, int width, boolean right) {
    String space = " ".repeat(Math.max(0, width - text.length()));
    return right ? space + text : text + space;
  }
}
