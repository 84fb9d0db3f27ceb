package dev.millrace.jinja.value;

import org.jspecify.annotations.Nullable;

/** Text that is HTML already and is not escaped again: Python's {@code Markup}. */
public record SafeString(String text) implements CharSequence {
  /** {@code value} as HTML: escaped, unless it is safe already. */
  public static SafeString escape(@Nullable Object value) {
    return value instanceof SafeString safe
        ? safe
        : new SafeString(escapeText(Printing.str(value)));
  }

  /** Replaces the five characters that mean something in HTML. */
  public static String escapeText(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      String entity =
          switch (text.charAt(i)) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '\'' -> "&#39;";
            case '"' -> "&#34;";
            default -> null;
          };
      if (entity != null && out == null) {
        out = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (out != null) {
        if (entity == null) {
          out.append(text.charAt(i));
        } else {
          out.append(entity);
        }
      }
    }
    return out == null ? text : out.toString();
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public char charAt(int index) {
    return text.charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
