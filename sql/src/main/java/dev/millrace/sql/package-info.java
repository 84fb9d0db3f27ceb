/** One SELECT compiled into the incremental program that keeps its result up to date. */
@NullMarked
package dev.millrace.sql;

import org.jspecify.annotations.NullMarked;
