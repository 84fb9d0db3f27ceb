/**
 * The macros of a project, of its packages and of dbt itself: which there are, and which is meant.
 */
@NullMarked
package dev.millrace.dbt.macro;

import org.jspecify.annotations.NullMarked;
