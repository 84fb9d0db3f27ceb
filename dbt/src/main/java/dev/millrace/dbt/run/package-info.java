/** Running a project's nodes: in order, on several threads, with tests between models. */
@NullMarked
package dev.millrace.dbt.run;

import org.jspecify.annotations.NullMarked;
