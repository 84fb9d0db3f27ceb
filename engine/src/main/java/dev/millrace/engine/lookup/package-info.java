/** Tables that builds make, as inputs of streams: where they are, and which columns they have. */
@NullMarked
package dev.millrace.engine.lookup;

import org.jspecify.annotations.NullMarked;
