/**
 * The embedded engine: the store, the flow of micro-batches, admission, delivery and what they tell
 * about themselves.
 */
@NullMarked
package dev.millrace.engine;

import org.jspecify.annotations.NullMarked;
