/** Events of jobs, kept in the store. */
@NullMarked
package dev.millrace.engine.job;

import org.jspecify.annotations.NullMarked;
