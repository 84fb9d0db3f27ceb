/** What becomes of jobs, told as events; how an engine keeps them. */
@NullMarked
package dev.millrace.api.job;

import org.jspecify.annotations.NullMarked;
