/** Tables of the target's lake, as the store shows them. */
@NullMarked
package dev.millrace.engine.lake;

import org.jspecify.annotations.NullMarked;
