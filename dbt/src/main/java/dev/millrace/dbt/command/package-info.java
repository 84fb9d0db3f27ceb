/**
 * What the commands over dbt projects do, whoever asks: the command line, or a running instance for
 * it.
 */
@NullMarked
package dev.millrace.dbt.command;

import org.jspecify.annotations.NullMarked;
