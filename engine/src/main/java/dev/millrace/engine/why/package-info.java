/** Why an asset has no output, or no newer one: in words, from what the store and the run know. */
@NullMarked
package dev.millrace.engine.why;

import org.jspecify.annotations.NullMarked;
