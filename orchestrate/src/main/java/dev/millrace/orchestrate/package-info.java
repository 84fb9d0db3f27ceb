/** Jobs: when they are due, what becomes of their runs, who hears of it. */
@NullMarked
package dev.millrace.orchestrate;

import org.jspecify.annotations.NullMarked;
