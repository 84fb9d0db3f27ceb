/** Named points at which a test may stop the process, to prove that a restart is invisible. */
@NullMarked
package dev.millrace.api.fault;

import org.jspecify.annotations.NullMarked;
