/** Schemas of records, the rules by which they may change, and where they are kept. */
@NullMarked
package dev.millrace.formats;

import org.jspecify.annotations.NullMarked;
