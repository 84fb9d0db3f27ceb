/** dbt's format: the names that its templates see, over the Jinja engine. */
@NullMarked
package dev.millrace.dbt;

import org.jspecify.annotations.NullMarked;
