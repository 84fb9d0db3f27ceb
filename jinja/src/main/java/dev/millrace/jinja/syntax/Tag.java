package dev.millrace.jinja.syntax;

/** A custom tag: reads itself from the template and becomes statements that exist. */
@FunctionalInterface
public interface Tag {
  /** Parses the tag whose {@code {%} is at {@code offset}. */
  Statement parse(TagParser parser, int offset);
}
