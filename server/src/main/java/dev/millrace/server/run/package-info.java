/**
 * Running a project: its embedded systems, its engine and its page, started and stopped in order.
 */
@NullMarked
package dev.millrace.server.run;

import org.jspecify.annotations.NullMarked;
