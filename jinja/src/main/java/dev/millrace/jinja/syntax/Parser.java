package dev.millrace.jinja.syntax;

import dev.millrace.jinja.syntax.Token.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Parses a template's statements. */
public final class Parser implements TagParser {
  private static final Set<String> IN = Set.of("in");

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final Map<String, Tag> tags;
  private final Deque<Token> open = new ArrayDeque<>();
  private final Deque<List<String>> wanted = new ArrayDeque<>();
  private final Set<String> blocks = new HashSet<>();
  private int loops;

  private Parser(TokenStream tokens, Map<String, Tag> tags) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
    this.tags = tags;
  }

  /** The statements of a whole template. */
  public static List<Statement> parse(
      SourceText source, Delimiters delimiters, Map<String, Tag> tags) {
    Parser parser = new Parser(new TokenStream(new Lexer(source, delimiters).tokens()), tags);
    return parser.statements(List.of());
  }

  /** A single expression that stands alone, without delimiters. */
  public static Expression parseExpression(SourceText source) {
    List<Token> list = new ArrayList<>();
    CodeLexer lexer = new CodeLexer(source.text(), 0, source.text().length(), list);
    while (lexer.skipSpace() < source.text().length()) {
      lexer.next();
    }
    list.add(new Token(Type.END, "", source.text().length(), null));
    TokenStream tokens = new TokenStream(list);
    Expression expression = new ExpressionParser(tokens).expression();
    if (!tokens.current().is(Type.END)) {
      throw new SyntaxException("chunk after expression", tokens.current().offset());
    }
    return expression;
  }

  private List<Statement> statements(List<String> ends) {
    List<Statement> body = new ArrayList<>();
    wanted.push(ends);
    while (true) {
      Token token = tokens.current();
      switch (token.type()) {
        case DATA -> body.add(new Statement.Data(token.offset(), tokens.next().text()));
        case VARIABLE_BEGIN -> {
          tokens.next();
          Expression value = expressions.tuple(true, Set.of(), false, false);
          tokens.expect(Type.VARIABLE_END);
          body.add(new Statement.Output(token.offset(), value));
        }
        case BLOCK_BEGIN -> {
          if (tokens.look().is(Type.NAME) && ends.contains(tokens.look().text())) {
            tokens.next();
            wanted.pop();
            return body;
          }
          tokens.next();
          body.add(statement(token.offset()));
          tokens.expect(Type.BLOCK_END);
        }
        default -> {
          if (!ends.isEmpty()) {
            Token unclosed = open.peek() == null ? token : open.peek();
            throw new SyntaxException(
                "Unexpected end of template. " + lookingFor(ends), unclosed.offset());
          }
          wanted.pop();
          return body;
        }
      }
    }
  }

  private String lookingFor(List<String> ends) {
    return "Jinja was looking for the following tags: "
        + ends.stream().map(end -> "'" + end + "'").collect(Collectors.joining(" or "))
        + ". The innermost block that needs to be closed is '"
        + (open.peek() == null ? "" : open.peek().text())
        + "'.";
  }

  private Statement statement(int offset) {
    Token token = tokens.current();
    if (!token.is(Type.NAME)) {
      throw new SyntaxException("tag name expected", token.offset());
    }
    Tag custom = tags.get(token.text());
    open.push(token);
    tokens.next();
    Statement statement = custom == null ? builtin(token, offset) : custom.parse(this, offset);
    open.pop();
    return statement;
  }

  private Statement builtin(Token tag, int offset) {
    return switch (tag.text()) {
      case "if" -> ifStatement(offset);
      case "for" -> forStatement(offset);
      case "set" -> set(offset);
      case "macro" -> macro(offset);
      case "call" -> callBlock(offset);
      case "filter" -> filterBlock(offset);
      case "with" -> with(offset);
      case "block" -> block(offset);
      case "include" -> include(offset);
      case "import" -> importStatement(offset);
      case "from" -> fromImport(offset);
      case "extends" -> new Statement.Extends(offset, expression());
      case "autoescape" -> {
        Expression enabled = expression();
        yield new Statement.Autoescape(offset, enabled, body("endautoescape"));
      }
      case "print" -> print(offset);
      case "do" -> new Statement.Do(offset, tuple());
      case "break", "continue" -> loopControl(tag, offset);
      default -> throw unknown(tag);
    };
  }

  private Statement print(int offset) {
    List<Statement> outputs = new ArrayList<>();
    while (!atEnd()) {
      if (!outputs.isEmpty()) {
        tokens.expectOperator(",");
      }
      outputs.add(new Statement.Output(offset, expression()));
    }
    return new Statement.Sequence(offset, outputs);
  }

  private SyntaxException unknown(Token tag) {
    open.pop();
    StringBuilder message = new StringBuilder("Encountered unknown tag '" + tag.text() + "'.");
    List<String> ends = wanted.peek() == null ? List.of() : wanted.peek();
    if (!ends.isEmpty()) {
      boolean nesting = wanted.stream().anyMatch(list -> list.contains(tag.text()));
      message.append(nesting ? " You probably made a nesting mistake. " : " ");
      message.append(lookingFor(ends));
    }
    return new SyntaxException(message.toString(), tag.offset());
  }

  private Statement loopControl(Token tag, int offset) {
    if (loops == 0) {
      throw new SyntaxException("'" + tag.text() + "' outside of a loop", tag.offset());
    }
    return tag.text().equals("break")
        ? new Statement.Break(offset)
        : new Statement.Continue(offset);
  }

  private Expression tuple() {
    return expressions.tuple(true, Set.of(), false, false);
  }

  /** The end of the current tag, then statements up to one of the tags {@code ends}. */
  private List<Statement> until(String... ends) {
    tokens.skipOperator(":");
    tokens.expect(Type.BLOCK_END);
    return statements(List.of(ends));
  }

  @Override
  public List<Statement> body(String endName) {
    List<Statement> body = until(endName);
    tokens.next();
    return body;
  }

  private Statement ifStatement(int offset) {
    Expression test = expressions.tuple(false, Set.of(), false, false);
    List<Statement> body = until("elif", "else", "endif");
    Token end = tokens.next();
    List<Statement> otherwise =
        switch (end.text()) {
          case "elif" -> List.of(ifStatement(end.offset()));
          case "else" -> body("endif");
          default -> List.of();
        };
    return new Statement.If(offset, test, body, otherwise);
  }

  private Statement forStatement(int offset) {
    Expression target = target(IN, false);
    tokens.expectName("in");
    Expression items = expressions.tuple(false, Set.of("recursive"), false, false);
    Expression filter = tokens.skipName("if") ? expression() : null;
    boolean recursive = tokens.skipName("recursive");
    loops++;
    List<Statement> body = until("endfor", "else");
    loops--;
    boolean hasElse = tokens.next().text().equals("else");
    List<Statement> otherwise = hasElse ? body("endfor") : List.of();
    return new Statement.For(offset, target, items, filter, recursive, body, otherwise);
  }

  /** What is assigned to: a name, names with commas, or an attribute of a namespace. */
  private Expression target(Set<String> endNames, boolean namespaces) {
    Token first = tokens.current();
    if (namespaces && first.is(Type.NAME) && tokens.look().isOperator(".")) {
      tokens.next();
      tokens.next();
      String name = tokens.expect(Type.NAME).text();
      return new Expression.NamespaceTarget(first.offset(), first.text(), name);
    }
    Expression target = expressions.tuple(false, endNames, false, true);
    checkTarget(target);
    return target;
  }

  private static void checkTarget(Expression target) {
    if (target instanceof Expression.TupleOf tuple) {
      tuple.items().forEach(Parser::checkTarget);
    } else if (!(target instanceof Expression.Name)) {
      throw new SyntaxException("can't assign to '" + kind(target) + "'", target.offset());
    }
  }

  /** Jinja's name for a kind of expression. */
  private static String kind(Expression expression) {
    if (expression instanceof Expression.Constant) {
      return "const";
    }
    if (expression instanceof Expression.ListOf) {
      return "list";
    }
    return expression instanceof Expression.DictOf ? "dict" : "expression";
  }

  private Statement set(int offset) {
    Expression target = target(Set.of(), true);
    if (tokens.skipOperator("=")) {
      return new Statement.Set(offset, target, tuple());
    }
    Expression.Filter filter = null;
    while (tokens.skipOperator("|")) {
      filter = expressions.filter(filter);
    }
    return new Statement.SetBlock(offset, target, filter, body("endset"));
  }

  private Statement macro(int offset) {
    String name = name();
    Statement.Parameters parameters = parameters();
    return new Statement.Macro(offset, name, parameters, function("endmacro"));
  }

  /** A body that no loop around it can be left from. */
  private List<Statement> function(String end) {
    int outer = loops;
    loops = 0;
    List<Statement> body = body(end);
    loops = outer;
    return body;
  }

  @Override
  public Statement.Parameters parameters() {
    List<Expression.Name> names = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.current().isOperator(")")) {
      if (!names.isEmpty()) {
        tokens.expectOperator(",");
      }
      Token name = tokens.expect(Type.NAME);
      names.add(new Expression.Name(name.offset(), name.text()));
      if (tokens.skipOperator("=")) {
        defaults.add(expression());
      } else if (!defaults.isEmpty()) {
        throw new SyntaxException("non-default argument follows default argument", name.offset());
      }
    }
    tokens.expectOperator(")");
    return new Statement.Parameters(names, defaults);
  }

  private Statement callBlock(int offset) {
    Statement.Parameters parameters =
        tokens.current().isOperator("(") ? parameters() : Statement.Parameters.NONE;
    Token start = tokens.current();
    if (!(expression() instanceof Expression.Call call)) {
      throw new SyntaxException("expected call", start.offset());
    }
    return new Statement.CallBlock(offset, parameters, call, function("endcall"));
  }

  private Statement filterBlock(int offset) {
    Expression.Filter filter = expressions.filter(null);
    while (tokens.skipOperator("|")) {
      filter = expressions.filter(filter);
    }
    return new Statement.FilterBlock(offset, filter, body("endfilter"));
  }

  private Statement with(int offset) {
    List<Expression> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!atEnd()) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      Token name = tokens.expect(Type.NAME);
      targets.add(new Expression.Name(name.offset(), name.text()));
      tokens.expectOperator("=");
      values.add(expression());
    }
    return new Statement.With(offset, targets, values, body("endwith"));
  }

  private Statement block(int offset) {
    Token name = tokens.expect(Type.NAME);
    if (!blocks.add(name.text())) {
      throw SyntaxException.assertion("block '" + name.text() + "' defined twice", name.offset());
    }
    if (tokens.current().isOperator("-")) {
      throw new SyntaxException(
          "Block names in Jinja have to be valid Python identifiers and may not contain hyphens,"
              + " use an underscore instead.",
          tokens.current().offset());
    }
    boolean scoped = tokens.skipName("scoped");
    boolean required = tokens.skipName("required");
    List<Statement> body = function("endblock");
    tokens.skipName(name.text());
    if (required && !body.stream().allMatch(Parser::isBlank)) {
      throw new SyntaxException(
          "Required blocks can only contain comments or whitespace", name.offset());
    }
    return new Statement.Block(offset, name.text(), scoped, required, body);
  }

  private static boolean isBlank(Statement statement) {
    return statement instanceof Statement.Data data && data.text().isBlank();
  }

  private Statement include(int offset) {
    Expression template = expression();
    boolean ignoreMissing = false;
    if (tokens.current().isName("ignore") && tokens.look().isName("missing")) {
      tokens.next();
      tokens.next();
      ignoreMissing = true;
    }
    return new Statement.Include(offset, template, ignoreMissing, context(true));
  }

  /** Reads {@code with context} or {@code without context}. */
  private boolean context(boolean fallback) {
    Token token = tokens.current();
    if ((token.isName("with") || token.isName("without")) && tokens.look().isName("context")) {
      tokens.next();
      tokens.next();
      return token.text().equals("with");
    }
    return fallback;
  }

  private Statement importStatement(int offset) {
    Expression template = expression();
    tokens.expectName("as");
    String name = name();
    return new Statement.Import(offset, template, name, context(false));
  }

  private Statement fromImport(int offset) {
    Expression template = expression();
    tokens.expectName("import");
    List<String> names = new ArrayList<>();
    List<String> aliases = new ArrayList<>();
    boolean comma = true;
    while (tokens.current().is(Type.NAME) && comma) {
      Token name = tokens.current();
      if ((name.isName("with") || name.isName("without")) && tokens.look().isName("context")) {
        break;
      }
      tokens.next();
      if (name.text().startsWith("_")) {
        throw SyntaxException.assertion(
            "names starting with an underline can not be imported", name.offset());
      }
      names.add(name.text());
      aliases.add(tokens.skipName("as") ? name() : name.text());
      comma = tokens.skipOperator(",");
    }
    if (names.isEmpty()) {
      throw tokens.unexpected("name");
    }
    return new Statement.FromImport(offset, template, names, aliases, context(false));
  }

  @Override
  public boolean atEnd() {
    return tokens.current().is(Type.BLOCK_END);
  }

  @Override
  public String name() {
    return tokens.expect(Type.NAME).text();
  }

  @Override
  public boolean skipName(String name) {
    return tokens.skipName(name);
  }

  @Override
  public boolean skip(String operator) {
    return tokens.skipOperator(operator);
  }

  @Override
  public Expression expression() {
    return expressions.expression();
  }

  @Override
  public SyntaxException unexpected(String expected) {
    return tokens.unexpected(expected);
  }
}
