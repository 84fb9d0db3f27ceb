/** The `millrace` command: options, help and what a terminal shows. */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
