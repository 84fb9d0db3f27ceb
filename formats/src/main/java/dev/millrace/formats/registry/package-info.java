/** The client of schema registries that speak Confluent's REST interface. */
@NullMarked
package dev.millrace.formats.registry;

import org.jspecify.annotations.NullMarked;
