package dev.millrace.jinja.syntax;

/** The escapes of Python's string literals. */
final class Escapes {
  private Escapes() {}

  static String decode(String content, int offset) {
    StringBuilder out = new StringBuilder(content.length());
    int i = 0;
    while (i < content.length()) {
      char c = content.charAt(i++);
      if (c != '\\' || i == content.length()) {
        out.append(c);
        continue;
      }
      char escape = content.charAt(i++);
      switch (escape) {
        case '\n' -> {}
        case '\\', '\'', '"' -> out.append(escape);
        case 'a' -> out.append('\u0007');
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case 'v' -> out.append('\u000b');
        case 'x' -> i = hex(content, i, 2, out, offset);
        case 'u' -> i = hex(content, i, 4, out, offset);
        case 'U' -> i = hex(content, i, 8, out, offset);
        case '0', '1', '2', '3', '4', '5', '6', '7' -> i = octal(content, i - 1, out);
        default -> out.append('\\').append(escape);
      }
    }
    return out.toString();
  }

  private static int hex(String content, int from, int digits, StringBuilder out, int offset) {
    int to = from + digits;
    try {
      out.appendCodePoint(Integer.parseInt(content.substring(from, to), 16));
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new SyntaxException("truncated \\" + content.charAt(from - 1) + " escape", offset);
    }
    return to;
  }

  private static int octal(String content, int from, StringBuilder out) {
    int value = 0;
    int i = from;
    while (i < content.length()
        && i < from + 3
        && content.charAt(i) >= '0'
        && content.charAt(i) <= '7') {
      value = value * 8 + content.charAt(i++) - '0';
    }
    out.append((char) value);
    return i;
  }
}
