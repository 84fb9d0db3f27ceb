package dev.millrace.jinja.syntax;

import org.jspecify.annotations.Nullable;

/**
 * How tags are written and what happens to the white space around them.
 *
 * @param lineStatementPrefix starts a line that is a statement, or null for none
 * @param lineCommentPrefix starts a comment that ends with the line, or null for none
 * @param trimBlocks drops the line end after a block
 * @param lstripBlocks drops the white space before a block that begins its line
 * @param keepTrailingNewline keeps the line end at the end of a template
 */
public record Delimiters(
    String blockStart,
    String blockEnd,
    String variableStart,
    String variableEnd,
    String commentStart,
    String commentEnd,
    @Nullable String lineStatementPrefix,
    @Nullable String lineCommentPrefix,
    boolean trimBlocks,
    boolean lstripBlocks,
    boolean keepTrailingNewline) {
  /** Jinja's own. */
  public static final Delimiters DEFAULT =
      new Delimiters("{%", "%}", "{{", "}}", "{#", "#}", null, null, false, false, false);

  /** These with other treatment of white space. */
  public Delimiters whitespace(
      boolean trimBlocks, boolean lstripBlocks, boolean keepTrailingNewline) {
    return new Delimiters(
        blockStart,
        blockEnd,
        variableStart,
        variableEnd,
        commentStart,
        commentEnd,
        lineStatementPrefix,
        lineCommentPrefix,
        trimBlocks,
        lstripBlocks,
        keepTrailingNewline);
  }

  /** These with line statements and line comments. */
  public Delimiters lines(@Nullable String statementPrefix, @Nullable String commentPrefix) {
    return new Delimiters(
        blockStart,
        blockEnd,
        variableStart,
        variableEnd,
        commentStart,
        commentEnd,
        statementPrefix,
        commentPrefix,
        trimBlocks,
        lstripBlocks,
        keepTrailingNewline);
  }
}
