/** JSON Schema. */
@NullMarked
package dev.millrace.formats.json;

import org.jspecify.annotations.NullMarked;
