/**
 * The outbox of output changes and its delivery to sinks, exactly once as far as a target allows
 * it.
 */
@NullMarked
package dev.millrace.engine.delivery;

import org.jspecify.annotations.NullMarked;
