package dev.millrace.sql.random;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Functions over partitions, QUALIFY, and the first rows of an order. */
final class WindowFunctions {
  private static final Pattern TELLING = Pattern.compile("row_number|lag\\(|lead\\(|ntile| ROWS ");

  private final Dice dice;
  private final Expressions expressions;

  WindowFunctions(Dice dice, Expressions expressions) {
    this.dice = dice;
    this.expressions = expressions;
  }

  /**
   * A call with OVER, whose name is its text.
   *
   * @param told true if another one tells rows apart that are alike: which of them gets which pair
   *     of numbers is open
   */
  Column call(From from, boolean told) {
    Column call = call(from);
    return told && tellsApart(call.name()) ? call(from, true) : call;
  }

  /** True if a text with OVER may give rows that are alike in all columns different values. */
  static boolean tellsApart(String text) {
    return TELLING.matcher(text).find();
  }

  private Column call(From from) {
    Column any = dice.pick(from.ordered());
    List<Column> ints = from.of(Kind.INT);
    String number = ints.isEmpty() ? "1" : dice.pick(ints).name();
    return switch (dice.next(16)) {
      case 0, 1, 2 -> use("row_number", "row_number()", Kind.INT, over(from, true, ""));
      case 3 -> use("rank", "rank()", Kind.INT, over(from, true, ""));
      case 4 -> use("dense_rank", "dense_rank()", Kind.INT, over(from, true, ""));
      case 5 -> use("lag", "lag(" + any.name() + ")", any.kind(), over(from, true, ""));
      case 6 -> use("lead", "lead(" + any.name() + ", 2)", any.kind(), over(from, true, ""));
      case 7 -> use("window sum", "sum(" + number + ")", Kind.BIG, over(from, true, frame()));
      case 8 -> use("window sum", "sum(" + number + ")", Kind.BIG, over(from, false, ""));
      case 9 -> use("window count", "count(*)", Kind.INT, over(from, dice.once(2), ""));
      case 10 ->
          use("window max", "max(" + any.name() + ")", any.kind(), over(from, true, frame()));
      case 11 -> use("window avg", "avg(" + number + ")", Kind.OPAQUE, over(from, true, ""));
      case 12 ->
          use("first_value", "first_value(" + any.name() + ")", any.kind(), over(from, true, ""));
      case 13 ->
          use(
              "last_value",
              "last_value(" + any.name() + ")",
              any.kind(),
              over(from, true, frame()));
      case 14 -> use("ntile", "ntile(3)", Kind.INT, over(from, true, ""));
      default -> use("percent_rank", "percent_rank()", Kind.OPAQUE, over(from, true, ""));
    };
  }

  private Column use(String construct, String call, Kind kind, String over) {
    return new Column(dice.use(construct, call + over), kind);
  }

  private String frame() {
    String frame =
        dice.pick(
            List.of(
                "",
                "",
                " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
                " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
                " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
                " ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING"));
    return frame.isEmpty() ? "" : dice.use("frame", frame);
  }

  private String over(From from, boolean ordered, String frame) {
    List<String> words = new ArrayList<>();
    if (!dice.once(5)) {
      words.add("PARTITION BY " + dice.pick(from.keys()).name());
    }
    if (ordered) {
      words.add("ORDER BY " + order(from));
      if (!frame.isEmpty()) {
        words.add(frame.strip());
      }
    }
    return " OVER (" + String.join(" ", words) + ")";
  }

  /** One or two columns with their directions. */
  String order(From from) {
    List<String> orders = new ArrayList<>();
    for (int i = 0; i <= dice.next(2); i++) {
      orders.add(
          dice.pick(from.ordered()).name()
              + dice.pick(List.of("", "", " DESC", " NULLS FIRST", " DESC NULLS LAST")));
    }
    return String.join(", ", orders);
  }

  /** QUALIFY on a rank. */
  Part qualify(From from) {
    dice.use("QUALIFY");
    String function = dice.pick(List.of("row_number()", "row_number()", "rank()", "dense_rank()"));
    String limit = dice.pick(List.of(" <= 2", " = 1", " < 4", " > 1"));
    return Part.text(" QUALIFY " + function + over(from, true, "") + limit);
  }
}
