/** Data types, schemas and columnar batches of rows with weights. */
@NullMarked
package dev.millrace.api.type;

import org.jspecify.annotations.NullMarked;
