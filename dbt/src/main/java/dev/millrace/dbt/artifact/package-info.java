/** The files that dbt leaves behind, in dbt's schemas, and reading them back. */
@NullMarked
package dev.millrace.dbt.artifact;

import org.jspecify.annotations.NullMarked;
