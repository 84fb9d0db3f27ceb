/** Source text to tokens to a syntax tree. Nothing here runs anything. */
@NullMarked
package dev.millrace.jinja.syntax;

import org.jspecify.annotations.NullMarked;
