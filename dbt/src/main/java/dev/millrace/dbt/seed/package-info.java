/** Seeds: CSV files, with the types of their columns found as dbt finds them. */
@NullMarked
package dev.millrace.dbt.seed;

import org.jspecify.annotations.NullMarked;
