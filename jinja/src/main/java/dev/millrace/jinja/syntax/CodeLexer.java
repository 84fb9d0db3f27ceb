package dev.millrace.jinja.syntax;

import dev.millrace.jinja.syntax.Token.Type;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The tokens inside a tag: names, numbers, strings and operators. */
final class CodeLexer {
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private final String text;
  private final int end;
  private final List<Token> out;
  private final Deque<String> open = new ArrayDeque<>();
  private int position;

  CodeLexer(String text, int position, int end, List<Token> out) {
    this.text = text;
    this.position = position;
    this.end = end;
    this.out = out;
  }

  /** How many brackets are open. */
  int depth() {
    return open.size();
  }

  int skipSpace() {
    while (position < end && Lexer.isSpace(text.charAt(position))) {
      position++;
    }
    return position;
  }

  int skipSpaceInLine() {
    while (position < end
        && Lexer.isSpace(text.charAt(position))
        && (text.charAt(position) != '\n' || !open.isEmpty())) {
      position++;
    }
    return position;
  }

  void next() {
    char c = text.charAt(position);
    if (c >= '0' && c <= '9') {
      number();
    } else if (c == '\'' || c == '"') {
      string(c);
    } else if (c == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(position))) {
      name();
    } else {
      operator();
    }
  }

  private void emit(Type type, String token, int start, Object value) {
    out.add(new Token(type, token, start, value));
  }

  private void name() {
    int start = position;
    while (position < end) {
      int c = text.codePointAt(position);
      if (c != '_'
          && (!Character.isUnicodeIdentifierPart(c) || Character.isIdentifierIgnorable(c))) {
        break;
      }
      position += Character.charCount(c);
    }
    String name = text.substring(start, position);
    emit(Type.NAME, name, start, name);
  }

  private void operator() {
    for (String operator : OPERATORS) {
      if (text.startsWith(operator, position)) {
        balance(operator);
        out.add(new Token(Type.OPERATOR, operator, position, null));
        position += operator.length();
        return;
      }
    }
    String character = Character.toString(text.codePointAt(position));
    throw new SyntaxException(
        "unexpected char '" + character + "' at " + position, position, hintFor(character));
  }

  private static String hintFor(String character) {
    return switch (character) {
      case "&", "!" -> "use 'and', 'or' and 'not'";
      case "?" -> "a condition is written: a if c else b";
      case "\u2018", "\u2019", "\u201c", "\u201d" -> "use straight quotes";
      default -> "strings need quotes";
    };
  }

  private void balance(String operator) {
    switch (operator) {
      case "(" -> open.push(")");
      case "[" -> open.push("]");
      case "{" -> open.push("}");
      case ")", "]", "}" -> {
        if (open.isEmpty()) {
          throw new SyntaxException("unexpected '" + operator + "'", position);
        }
        String expected = open.pop();
        if (!expected.equals(operator)) {
          throw new SyntaxException(
              "unexpected '" + operator + "', expected '" + expected + "'", position);
        }
      }
      default -> {}
    }
  }

  private void number() {
    int start = position;
    if (text.charAt(position) == '0' && position + 1 < end) {
      int radix =
          switch (Character.toLowerCase(text.charAt(position + 1))) {
            case 'x' -> 16;
            case 'o' -> 8;
            case 'b' -> 2;
            default -> 10;
          };
      if (radix != 10) {
        int digits = position + 2;
        int stop = digits;
        while (stop < end
            && (Character.digit(text.charAt(stop), radix) >= 0 || text.charAt(stop) == '_')) {
          stop++;
        }
        if (stop > digits) {
          position = stop;
          integer(start, text.substring(digits, stop), radix);
          return;
        }
      }
    }
    digits();
    boolean decimal = fraction(start);
    decimal |= exponent();
    String literal = text.substring(start, position).replace("_", "");
    if (decimal) {
      emit(Type.FLOAT, text.substring(start, position), start, Double.parseDouble(literal));
    } else {
      integer(start, literal, 10);
    }
  }

  private void integer(int start, String digits, int radix) {
    BigInteger value = new BigInteger(digits.replace("_", ""), radix);
    Object shrunk = value.compareTo(MAX) <= 0 ? (Object) value.longValue() : value;
    emit(Type.INTEGER, text.substring(start, position), start, shrunk);
  }

  private void digits() {
    while (position < end
        && (isDigit(position) || (text.charAt(position) == '_' && isDigit(position + 1)))) {
      position++;
    }
  }

  private boolean isDigit(int at) {
    return at < end && text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  /** {@code .5}, unless the number itself follows a dot: {@code x.1.2} is two subscripts. */
  private boolean fraction(int start) {
    boolean subscript = start > 0 && text.charAt(start - 1) == '.';
    if (subscript || position >= end || text.charAt(position) != '.' || !isDigit(position + 1)) {
      return false;
    }
    position++;
    digits();
    return true;
  }

  private boolean exponent() {
    if (position >= end || Character.toLowerCase(text.charAt(position)) != 'e') {
      return false;
    }
    int at = position + 1;
    if (at < end && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
      at++;
    }
    if (!isDigit(at)) {
      return false;
    }
    position = at;
    digits();
    return true;
  }

  private void string(char quote) {
    int start = position;
    int at = start + 1;
    boolean escapes = false;
    while (at < end && text.charAt(at) != quote) {
      boolean escape = text.charAt(at) == '\\';
      escapes |= escape;
      at += escape ? 2 : 1;
    }
    if (at >= end) {
      throw new SyntaxException(
          "unexpected char '" + (quote == '\'' ? "\\'" : "\"") + "' at " + start,
          start,
          "the string that starts here has no end");
    }
    String content = text.substring(start + 1, at);
    position = at + 1;
    emit(Type.STRING, content, start, escapes ? Escapes.decode(content, start) : content);
  }
}
