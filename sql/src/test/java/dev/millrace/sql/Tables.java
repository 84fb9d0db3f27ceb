package dev.millrace.sql;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Compares bags of rows; doubles to 1e-9. */
final class Tables {
  private Tables() {}

  /** What differs, or null if nothing does. */
  static @Nullable String difference(
      List<List<@Nullable Object>> expected, List<List<@Nullable Object>> actual) {
    if (expected.size() != actual.size()) {
      return expected.size()
          + " rows expected, "
          + actual.size()
          + " found; "
          + sample(expected, actual);
    }
    List<List<@Nullable Object>> a = sorted(expected);
    List<List<@Nullable Object>> b = sorted(actual);
    for (int i = 0; i < a.size(); i++) {
      if (!same(a.get(i), b.get(i))) {
        return "expected " + a.get(i) + ", found " + b.get(i);
      }
    }
    return null;
  }

  private static String sample(
      List<List<@Nullable Object>> expected, List<List<@Nullable Object>> actual) {
    List<String> missing = new ArrayList<>(expected.stream().map(Tables::key).toList());
    List<String> extra = new ArrayList<>();
    for (List<@Nullable Object> row : actual) {
      if (!missing.remove(key(row))) {
        extra.add(key(row));
      }
      if (missing.size() > 10_000) {
        return "";
      }
    }
    return "missing "
        + missing.subList(0, Math.min(3, missing.size()))
        + ", extra "
        + extra.subList(0, Math.min(3, extra.size()));
  }

  private static List<List<@Nullable Object>> sorted(List<List<@Nullable Object>> rows) {
    List<List<@Nullable Object>> sorted = new ArrayList<>(rows);
    Collections.sort(sorted, (x, y) -> key(x).compareTo(key(y)));
    return sorted;
  }

  private static String key(List<@Nullable Object> row) {
    StringBuilder key = new StringBuilder();
    for (Object value : row) {
      key.append(value instanceof Double d ? String.format(Locale.ROOT, "%.6e", d) : value);
      key.append('|');
    }
    return key.toString();
  }

  private static boolean same(List<@Nullable Object> a, List<@Nullable Object> b) {
    for (int i = 0; i < a.size(); i++) {
      Object x = a.get(i);
      Object y = b.get(i);
      if (x instanceof Double p && y instanceof Double q) {
        double scale = Math.max(1, Math.max(Math.abs(p), Math.abs(q)));
        if (!p.equals(q) && !(Math.abs(p - q) <= 1e-9 * scale)) {
          return false;
        }
      } else if (!String.valueOf(x).equals(String.valueOf(y))) {
        return false;
      }
    }
    return a.size() == b.size();
  }
}
