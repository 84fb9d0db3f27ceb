/**
 * Jinja2 templates as Python's Jinja2 3.1 renders them: an {@link dev.millrace.jinja.Environment}
 * compiles a template once, a {@link dev.millrace.jinja.Template} renders it often, a {@link
 * dev.millrace.jinja.Rendered} knows where in which template each character of its text comes from.
 *
 * <p>Source text goes through {@code syntax} (tokens, tree), is compiled to closures over numbered
 * variable slots, and works on the values of {@code value}.
 */
@NullMarked
package dev.millrace.jinja;

import org.jspecify.annotations.NullMarked;
