package dev.millrace.jinja.syntax;

import dev.millrace.jinja.syntax.Token.Type;
import java.util.List;

/** The tokens of a template with a place among them. */
final class TokenStream {
  private final List<Token> tokens;
  private int position;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(position);
  }

  Token look() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(position);
    if (position < tokens.size() - 1) {
      position++;
    }
    return token;
  }

  boolean skipOperator(String operator) {
    boolean found = current().isOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipName(String name) {
    boolean found = current().isName(name);
    if (found) {
      next();
    }
    return found;
  }

  Token expect(Type type) {
    if (!current().is(type)) {
      throw unexpected(type.text);
    }
    return next();
  }

  Token expectOperator(String operator) {
    if (!current().isOperator(operator)) {
      throw unexpected(operator);
    }
    return next();
  }

  Token expectName(String name) {
    if (!current().isName(name)) {
      throw unexpected(name);
    }
    return next();
  }

  SyntaxException unexpected(String expected) {
    Token token = current();
    if (token.is(Type.END)) {
      return new SyntaxException(
          "unexpected end of template, expected '" + expected + "'.", token.offset());
    }
    return new SyntaxException(
        "expected token '" + expected + "', got '" + token.describe() + "'", token.offset());
  }
}
