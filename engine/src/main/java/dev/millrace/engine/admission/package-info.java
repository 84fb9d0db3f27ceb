/**
 * Admission: which records become rows. It is decided once for each source, before any stream, and
 * what is not admitted (late, rejected, repeated) is recorded with its bytes and the reason.
 */
@NullMarked
package dev.millrace.engine.admission;

import org.jspecify.annotations.NullMarked;
