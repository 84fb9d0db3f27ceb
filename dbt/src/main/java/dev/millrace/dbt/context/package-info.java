/** The names that dbt's templates see, while a project is read and while it runs. */
@NullMarked
package dev.millrace.dbt.context;

import org.jspecify.annotations.NullMarked;
