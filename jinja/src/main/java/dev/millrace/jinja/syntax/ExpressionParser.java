package dev.millrace.jinja.syntax;

import dev.millrace.jinja.syntax.Expression.CallArguments;
import dev.millrace.jinja.syntax.Token.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses expressions; each method is one level of Jinja's operator precedence. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream tokens;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  Expression expression() {
    return expression(true);
  }

  private Expression expression(boolean conditional) {
    return conditional ? conditional() : or();
  }

  private Expression conditional() {
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression test = or();
      Expression otherwise = tokens.skipName("else") ? conditional() : null;
      value = new Expression.Conditional(value.offset(), test, value, otherwise);
    }
    return value;
  }

  Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Binary(left.offset(), "or", left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Expression.Binary(left.offset(), "and", left, not());
    }
    return left;
  }

  private Expression not() {
    if (tokens.current().isName("not")) {
      int offset = tokens.next().offset();
      return new Expression.Unary(offset, "not", not());
    }
    return compare();
  }

  private Expression compare() {
    Expression first = sum();
    List<Expression> operands = null;
    List<String> operators = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      String operator;
      if (token.is(Type.OPERATOR) && COMPARISONS.contains(token.text())) {
        operator = tokens.next().text();
      } else if (tokens.skipName("in")) {
        operator = "in";
      } else if (token.isName("not") && tokens.look().isName("in")) {
        tokens.next();
        tokens.next();
        operator = "not in";
      } else {
        return operands == null
            ? first
            : new Expression.Compare(first.offset(), operands, operators);
      }
      if (operands == null) {
        operands = new ArrayList<>(List.of(first));
      }
      operators.add(operator);
      operands.add(sum());
    }
  }

  private Expression sum() {
    Expression left = concat();
    while (tokens.current().isOperator("+") || tokens.current().isOperator("-")) {
      String operator = tokens.next().text();
      left = new Expression.Binary(left.offset(), operator, left, concat());
    }
    return left;
  }

  private Expression concat() {
    Expression first = product();
    if (!tokens.current().isOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Expression.Concat(first.offset(), parts);
  }

  private Expression product() {
    Expression left = power();
    while (true) {
      Token token = tokens.current();
      if (!token.is(Type.OPERATOR) || !Set.of("*", "/", "//", "%").contains(token.text())) {
        return left;
      }
      tokens.next();
      left = new Expression.Binary(left.offset(), token.text(), left, power());
    }
  }

  private Expression power() {
    Expression left = unary(true);
    while (tokens.skipOperator("**")) {
      left = new Expression.Binary(left.offset(), "**", left, unary(true));
    }
    return left;
  }

  Expression unary(boolean filters) {
    Token token = tokens.current();
    Expression node;
    if (token.isOperator("-") || token.isOperator("+")) {
      tokens.next();
      node = new Expression.Unary(token.offset(), token.text(), unary(false));
    } else {
      node = primary();
    }
    node = postfix(node);
    return filters ? filters(node) : node;
  }

  Expression primary() {
    Token token = tokens.current();
    switch (token.type()) {
      case NAME -> {
        tokens.next();
        return switch (token.text()) {
          case "true", "True" -> new Expression.Constant(token.offset(), true);
          case "false", "False" -> new Expression.Constant(token.offset(), false);
          case "none", "None" -> new Expression.Constant(token.offset(), null);
          default -> new Expression.Name(token.offset(), token.text());
        };
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (tokens.current().is(Type.STRING)) {
          text.append(tokens.next().value());
        }
        return new Expression.Constant(token.offset(), text.toString());
      }
      case INTEGER, FLOAT -> {
        tokens.next();
        return new Expression.Constant(token.offset(), token.value());
      }
      case OPERATOR -> {
        if (tokens.skipOperator("(")) {
          Expression inside = tuple(true, Set.of(), true, false);
          tokens.expectOperator(")");
          return inside;
        }
        if (token.text().equals("[")) {
          return list();
        }
        if (token.text().equals("{")) {
          return dict();
        }
      }
      default -> {}
    }
    throw unexpected(token);
  }

  private SyntaxException unexpected(Token token) {
    if (token.is(Type.END)) {
      return new SyntaxException("unexpected end of template", token.offset());
    }
    return new SyntaxException("unexpected '" + token.describe() + "'", token.offset());
  }

  /** One expression, or several with commas as a tuple. Ends before what cannot start one. */
  Expression tuple(boolean conditional, Set<String> endNames, boolean parentheses, boolean simple) {
    int offset = tokens.current().offset();
    List<Expression> items = new ArrayList<>();
    boolean tuple = false;
    while (true) {
      if (!items.isEmpty()) {
        if (!tokens.skipOperator(",")) {
          break;
        }
        tuple = true;
      }
      if (tupleEnds(endNames)) {
        break;
      }
      items.add(simple ? primary() : expression(conditional));
    }
    if (!tuple) {
      if (!items.isEmpty()) {
        return items.get(0);
      }
      if (!parentheses) {
        throw new SyntaxException(
            "Expected an expression, got '" + tokens.current().describe() + "'",
            tokens.current().offset());
      }
    }
    return new Expression.TupleOf(offset, items);
  }

  private boolean tupleEnds(Set<String> endNames) {
    Token token = tokens.current();
    return token.is(Type.VARIABLE_END)
        || token.is(Type.BLOCK_END)
        || token.isOperator(")")
        || (token.is(Type.NAME) && endNames.contains(token.text()));
  }

  private Expression list() {
    int offset = tokens.expectOperator("[").offset();
    List<Expression> items = new ArrayList<>();
    while (!tokens.current().isOperator("]")) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
      }
      if (tokens.current().isOperator("]")) {
        break;
      }
      items.add(expression());
    }
    tokens.expectOperator("]");
    return new Expression.ListOf(offset, items);
  }

  private Expression dict() {
    int offset = tokens.expectOperator("{").offset();
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.current().isOperator("}")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
      }
      if (tokens.current().isOperator("}")) {
        break;
      }
      keys.add(expression());
      tokens.expectOperator(":");
      values.add(expression());
    }
    tokens.expectOperator("}");
    return new Expression.DictOf(offset, keys, values);
  }

  Expression postfix(Expression start) {
    Expression node = start;
    while (true) {
      Token token = tokens.current();
      if (token.isOperator(".") || token.isOperator("[")) {
        node = subscript(node);
      } else if (token.isOperator("(")) {
        node = new Expression.Call(node.offset(), node, arguments());
      } else {
        return node;
      }
    }
  }

  private Expression filters(Expression start) {
    Expression node = start;
    while (true) {
      Token token = tokens.current();
      if (tokens.skipOperator("|")) {
        node = filter(node);
      } else if (token.isName("is")) {
        node = test(node);
      } else if (token.isOperator("(")) {
        node = new Expression.Call(node.offset(), node, arguments());
      } else {
        return node;
      }
    }
  }

  private Expression subscript(Expression target) {
    if (tokens.skipOperator(".")) {
      Token token = tokens.next();
      if (token.is(Type.NAME)) {
        return new Expression.Attribute(target.offset(), target, token.text());
      }
      if (!token.is(Type.INTEGER)) {
        throw new SyntaxException("expected name or number", token.offset());
      }
      Expression key = new Expression.Constant(token.offset(), token.value());
      return new Expression.Item(target.offset(), target, key);
    }
    int offset = tokens.expectOperator("[").offset();
    List<Expression> keys = new ArrayList<>();
    while (!tokens.current().isOperator("]")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
      }
      keys.add(subscripted());
    }
    tokens.expectOperator("]");
    if (keys.isEmpty()) {
      throw new SyntaxException("expected an expression between '[' and ']'", offset);
    }
    Expression key = keys.size() == 1 ? keys.get(0) : new Expression.TupleOf(offset, keys);
    return new Expression.Item(target.offset(), target, key);
  }

  private Expression subscripted() {
    int offset = tokens.current().offset();
    Expression start = null;
    if (!tokens.current().isOperator(":")) {
      start = expression();
      if (!tokens.current().isOperator(":")) {
        return start;
      }
    }
    tokens.expectOperator(":");
    Expression stop = slicePart();
    Expression step = tokens.skipOperator(":") ? slicePart() : null;
    return new Expression.SliceOf(offset, start, stop, step);
  }

  private @Nullable Expression slicePart() {
    Token token = tokens.current();
    return token.isOperator(":") || token.isOperator("]") || token.isOperator(",")
        ? null
        : expression();
  }

  CallArguments arguments() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    List<String> keywords = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    Expression star = null;
    Expression doubleStar = null;
    boolean first = true;
    while (!tokens.current().isOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.current().isOperator(")")) {
          break;
        }
      }
      first = false;
      Token token = tokens.current();
      if (tokens.skipOperator("*")) {
        require(star == null && doubleStar == null, token);
        star = expression();
      } else if (tokens.skipOperator("**")) {
        require(doubleStar == null, token);
        doubleStar = expression();
      } else if (token.is(Type.NAME) && tokens.look().isOperator("=")) {
        require(doubleStar == null, token);
        keywords.add(tokens.next().text());
        tokens.next();
        values.add(expression());
      } else {
        require(star == null && doubleStar == null && keywords.isEmpty(), token);
        positional.add(expression());
      }
    }
    tokens.expectOperator(")");
    return new CallArguments(positional, keywords, values, star, doubleStar);
  }

  private static void require(boolean valid, Token token) {
    if (!valid) {
      throw new SyntaxException(
          "invalid syntax for function call expression",
          token.offset(),
          "positional arguments come first, then keywords, then *args and **kwargs");
    }
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expect(Type.NAME).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Type.NAME).text());
    }
    return name.toString();
  }

  Expression.Filter filter(@Nullable Expression target) {
    int offset = tokens.current().offset();
    String name = dottedName();
    CallArguments arguments = tokens.current().isOperator("(") ? arguments() : CallArguments.NONE;
    return new Expression.Filter(offset, target, name, arguments);
  }

  private Expression test(Expression target) {
    tokens.expectName("is");
    boolean negated = tokens.skipName("not");
    int offset = tokens.current().offset();
    String name = dottedName();
    CallArguments arguments = CallArguments.NONE;
    if (tokens.current().isOperator("(")) {
      arguments = arguments();
    } else if (startsTestArgument(tokens.current())) {
      if (tokens.current().isName("is")) {
        throw new SyntaxException(
            "You cannot chain multiple tests with is", tokens.current().offset());
      }
      arguments = new CallArguments(List.of(postfix(primary())), List.of(), List.of(), null, null);
    }
    Expression test = new Expression.Test(offset, target, name, arguments);
    return negated ? new Expression.Unary(target.offset(), "not", test) : test;
  }

  private static boolean startsTestArgument(Token token) {
    return switch (token.type()) {
      case NAME -> !Set.of("else", "or", "and").contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> Set.of("(", "[", "{").contains(token.text());
      default -> false;
    };
  }
}
