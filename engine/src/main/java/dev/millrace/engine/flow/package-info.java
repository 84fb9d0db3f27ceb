/** The flow of micro-batches: poll, decode, apply, commit, deliver. */
@NullMarked
package dev.millrace.engine.flow;

import org.jspecify.annotations.NullMarked;
