/**
 * A schema registry with Confluent's REST interface, kept in the compacted topic {@code _schemas}
 * in records as Confluent's registry writes them.
 */
@NullMarked
package dev.millrace.registry;

import org.jspecify.annotations.NullMarked;
