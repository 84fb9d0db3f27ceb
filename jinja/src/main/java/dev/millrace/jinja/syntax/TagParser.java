package dev.millrace.jinja.syntax;

import java.util.List;

/** What a custom tag may read of the template, from the token after the tag's name on. */
public interface TagParser {
  /** Whether the tag's {@code %}} comes next. */
  boolean atEnd();

  /** Reads a name. */
  String name();

  /** Reads {@code name} if it comes next. */
  boolean skipName(String name);

  /** Reads an operator or punctuation such as {@code ,} or {@code =} if it comes next. */
  boolean skip(String operator);

  Expression expression();

  /** Reads {@code (a, b=1)}. */
  Statement.Parameters parameters();

  /** Reads the end of the tag, the body, and the tag {@code endName}. */
  List<Statement> body(String endName);

  /** The error that something else was expected here. */
  SyntaxException unexpected(String expected);
}
