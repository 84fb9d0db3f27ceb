package dev.millrace.jinja.syntax;

import dev.millrace.jinja.syntax.Token.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits a template into data and tags, and applies the white space rules. Data tokens are slices
 * of the source, so that output can be traced to it character by character.
 */
final class Lexer {
  private enum Tag {
    BLOCK,
    VARIABLE,
    COMMENT,
    LINE_STATEMENT,
    LINE_COMMENT
  }

  private final String text;
  private final int end;
  private final Delimiters delimiters;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private boolean lineStarts = true;
  private @Nullable Tag tag;
  private int tagStart;
  private int contentStart;
  private char sign;

  Lexer(SourceText source, Delimiters delimiters) {
    this.text = source.text();
    this.delimiters = delimiters;
    boolean drop = !delimiters.keepTrailingNewline() && text.endsWith("\n");
    this.end = drop ? text.length() - 1 : text.length();
  }

  List<Token> tokens() {
    while (position < end) {
      Tag found = findTag(position);
      if (found == null) {
        data(position, end);
        break;
      }
      data(position, strippedEnd(position, tagStart));
      int opened = tagStart;
      position = contentStart;
      switch (found) {
        case COMMENT -> comment(opened);
        case LINE_COMMENT -> lineComment();
        case VARIABLE -> {
          add(Type.VARIABLE_BEGIN, opened);
          code(delimiters.variableEnd(), Type.VARIABLE_END);
        }
        case LINE_STATEMENT -> {
          add(Type.BLOCK_BEGIN, opened);
          lineStatement();
        }
        case BLOCK -> block(opened);
      }
      lineStarts = position > 0 && text.charAt(position - 1) == '\n';
    }
    add(Type.END, Math.max(0, end));
    return tokens;
  }

  private void add(Type type, int offset) {
    tokens.add(new Token(type, "", offset, null));
  }

  private void data(int from, int to) {
    if (to > from) {
      tokens.add(new Token(Type.DATA, text.substring(from, to), from, null));
    }
  }

  /** Finds the next tag; of two that start at one place the longer delimiter wins. */
  private @Nullable Tag findTag(int from) {
    tag = null;
    tagStart = end;
    consider(Tag.BLOCK, delimiters.blockStart(), from);
    consider(Tag.VARIABLE, delimiters.variableStart(), from);
    consider(Tag.COMMENT, delimiters.commentStart(), from);
    if (tag != null) {
      char next = contentStart < end ? text.charAt(contentStart) : ' ';
      sign = next == '-' || next == '+' ? next : ' ';
      contentStart += sign == ' ' ? 0 : 1;
    }
    considerLine(Tag.LINE_STATEMENT, delimiters.lineStatementPrefix(), from);
    considerLine(Tag.LINE_COMMENT, delimiters.lineCommentPrefix(), from);
    return tag;
  }

  private void consider(Tag candidate, String delimiter, int from) {
    int at = text.indexOf(delimiter, from);
    if (at < 0 || at + delimiter.length() > end || at > tagStart) {
      return;
    }
    if (at < tagStart || tag == null || at + delimiter.length() > contentStart) {
      tag = candidate;
      tagStart = at;
      contentStart = at + delimiter.length();
    }
  }

  private void considerLine(Tag candidate, @Nullable String prefix, int from) {
    if (prefix == null) {
      return;
    }
    for (int at = text.indexOf(prefix, from); at >= 0; at = text.indexOf(prefix, at + 1)) {
      int blank = at;
      while (blank > from && (text.charAt(blank - 1) == ' ' || text.charAt(blank - 1) == '\t')) {
        blank--;
      }
      boolean begins = blank == 0 || text.charAt(blank - 1) == '\n';
      if (at >= end || blank > tagStart) {
        return;
      }
      if (begins || candidate == Tag.LINE_COMMENT) {
        boolean longer = blank < tagStart || tag == null || at + prefix.length() >= contentStart;
        if (longer) {
          tag = candidate;
          tagStart = blank;
          contentStart = at + prefix.length();
          sign = '+';
        }
        return;
      }
    }
  }

  /** Where data before the tag ends once {@code {%-} or lstrip_blocks have taken white space. */
  private int strippedEnd(int from, int to) {
    if (sign == '-') {
      int last = to;
      while (last > from && isSpace(text.charAt(last - 1))) {
        last--;
      }
      return last;
    }
    if (sign == '+' || !delimiters.lstripBlocks() || tag == Tag.VARIABLE) {
      return to;
    }
    int line = text.lastIndexOf('\n', to - 1) + 1;
    if (line <= from) {
      if (!lineStarts) {
        return to;
      }
      line = from;
    }
    for (int i = line; i < to; i++) {
      if (!isSpace(text.charAt(i))) {
        return to;
      }
    }
    return line;
  }

  static boolean isSpace(char c) {
    return c == ' '
        || (c >= '\t' && c <= '\r')
        || (c >= 0x1c && c <= 0x1f)
        || c == 0x85
        || (c > 0x7f && (Character.isSpaceChar(c)));
  }

  private void comment(int opened) {
    int close = text.indexOf(delimiters.commentEnd(), position);
    if (close < 0 || close >= end) {
      throw new SyntaxException(
          "Missing end of comment tag", opened, "close it with '" + delimiters.commentEnd() + "'");
    }
    char mark = close > position ? text.charAt(close - 1) : ' ';
    position = afterTag(close + delimiters.commentEnd().length(), mark, true);
  }

  private void lineComment() {
    int line = text.indexOf('\n', position);
    position = line < 0 ? end : line;
  }

  /** Where the text goes on after a tag whose last character inside was {@code mark}. */
  private int afterTag(int after, char mark, boolean trims) {
    int next = after;
    if (mark == '-') {
      while (next < end && isSpace(text.charAt(next))) {
        next++;
      }
    } else if (mark != '+'
        && trims
        && delimiters.trimBlocks()
        && next < end
        && text.charAt(next) == '\n') {
      next++;
    }
    return next;
  }

  private void block(int opened) {
    int raw = word(position, "raw");
    if (raw > 0) {
      int close = skipSpace(raw);
      char mark = close < end && text.charAt(close) == '-' ? '-' : ' ';
      int at = mark == '-' ? close + 1 : close;
      if (text.startsWith(delimiters.blockEnd(), at)) {
        position = afterTag(at + delimiters.blockEnd().length(), mark, false);
        raw(opened);
        return;
      }
    }
    add(Type.BLOCK_BEGIN, opened);
    code(delimiters.blockEnd(), Type.BLOCK_END);
  }

  private int skipSpace(int from) {
    int next = from;
    while (next < end && isSpace(text.charAt(next))) {
      next++;
    }
    return next;
  }

  /** The offset after {@code word} if it comes next, else -1. */
  private int word(int from, String word) {
    int start = skipSpace(from);
    int after = start + word.length();
    return text.startsWith(word, start)
            && after < end
            && !Character.isUnicodeIdentifierPart(text.charAt(after))
        ? after
        : -1;
  }

  private void raw(int opened) {
    int from = position;
    lineStarts = from > 0 && text.charAt(from - 1) == '\n';
    for (int at = text.indexOf(delimiters.blockStart(), from);
        at >= 0 && at < end;
        at = text.indexOf(delimiters.blockStart(), at + 1)) {
      int inside = at + delimiters.blockStart().length();
      char before = inside < end ? text.charAt(inside) : ' ';
      sign = before == '-' || before == '+' ? before : ' ';
      int word = word(sign == ' ' ? inside : inside + 1, "endraw");
      if (word < 0) {
        continue;
      }
      int close = skipSpace(word);
      char mark = close < end ? text.charAt(close) : ' ';
      int delimiter = mark == '-' || mark == '+' ? close + 1 : close;
      if (text.startsWith(delimiters.blockEnd(), delimiter)) {
        tag = Tag.BLOCK;
        data(from, strippedEnd(from, at));
        position = afterTag(delimiter + delimiters.blockEnd().length(), mark, true);
        return;
      }
    }
    throw new SyntaxException("Missing end of raw directive", opened, "close it with {% endraw %}");
  }

  private void lineStatement() {
    int line = text.indexOf('\n', position);
    int stop = line < 0 ? end : Math.min(line, end);
    CodeLexer lexer = new CodeLexer(text, position, end, tokens);
    int depth = 0;
    int next = lexer.skipSpaceInLine();
    while (next < end && (depth > 0 || text.charAt(next) != '\n')) {
      lexer.next();
      depth = lexer.depth();
      next = lexer.skipSpaceInLine();
    }
    stop = Math.max(stop, next);
    if (!tokens.isEmpty() && tokens.get(tokens.size() - 1).isOperator(":")) {
      tokens.remove(tokens.size() - 1);
    }
    add(Type.BLOCK_END, stop);
    position = Math.min(end, stop < end && text.charAt(stop) == '\n' ? stop + 1 : stop);
  }

  /** Tokens up to the end of the tag. */
  private void code(String close, Type closing) {
    CodeLexer lexer = new CodeLexer(text, position, end, tokens);
    while (true) {
      int at = lexer.skipSpace();
      if (at >= end) {
        return; // the parser says what is missing
      }
      if (lexer.depth() == 0) {
        char mark = text.charAt(at);
        boolean signed =
            (mark == '-' || (mark == '+' && closing == Type.BLOCK_END))
                && text.startsWith(close, at + 1);
        if (signed || text.startsWith(close, at)) {
          add(closing, at);
          int after = at + close.length() + (signed ? 1 : 0);
          position = afterTag(after, signed ? mark : ' ', closing == Type.BLOCK_END);
          return;
        }
      }
      lexer.next();
      position = end;
    }
  }
}
