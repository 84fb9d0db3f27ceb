package dev.millrace.dbt.seed;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers as dbt reads them from CSV. */
final class NumberText {
  private static final String CURRENCIES = "؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫";
  private static final Pattern DECIMAL =
      Pattern.compile(
          "[+-]?(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?|[iI]nf(?:inity)?|[nN]a[nN])");

  private NumberText() {}

  /** The number without decoration, or null if the text is none. It is not empty and stripped. */
  static @Nullable String plain(String text) {
    if (isDigits(text)) {
      return text;
    }
    String left = strip(text, "%");
    boolean negative = left.startsWith("-");
    if (negative) {
      left = left.substring(1);
    }
    left = strip(left, CURRENCIES).replace(",", "").replace("_", "").strip();
    if (!DECIMAL.matcher(left).matches()) {
      return null;
    }
    if (!negative) {
      return left;
    }
    return left.startsWith("-")
        ? left.substring(1)
        : "-" + (left.startsWith("+") ? left.substring(1) : left);
  }

  private static boolean isDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static String strip(String text, String characters) {
    int start = 0;
    int end = text.length();
    while (start < end && characters.indexOf(text.charAt(start)) >= 0) {
      start++;
    }
    while (end > start && characters.indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return text.substring(start, end);
  }
}
