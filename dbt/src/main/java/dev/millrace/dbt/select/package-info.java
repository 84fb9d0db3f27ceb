/** dbt's selection syntax: which nodes of a manifest a command is about. */
@NullMarked
package dev.millrace.dbt.select;

import org.jspecify.annotations.NullMarked;
