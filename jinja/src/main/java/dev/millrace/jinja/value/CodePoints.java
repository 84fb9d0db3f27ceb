package dev.millrace.jinja.value;

/** Strings by code point, as Python counts them, at the price of a scan only when it matters. */
final class CodePoints {
  private CodePoints() {}

  static boolean simple(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  static String at(String text, int index) {
    int start = simple(text) ? index : text.offsetByCodePoints(0, index);
    return Character.toString(text.codePointAt(start));
  }

  static String slice(String text, Slice.Bounds bounds) {
    if (bounds.step() == 1 && simple(text)) {
      return bounds.count() == 0
          ? ""
          : text.substring(bounds.start(), bounds.start() + bounds.count());
    }
    int[] points = text.codePoints().toArray();
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < bounds.count(); i++) {
      out.appendCodePoint(points[bounds.start() + i * bounds.step()]);
    }
    return out.toString();
  }

  /** The index in code points of a UTF-16 index; -1 stays. */
  static long index(String text, int utf16) {
    return utf16 < 0 ? -1 : text.codePointCount(0, utf16);
  }
}
