/** Models in batch: dbt's adapter over the store, with caps so that they never starve streams. */
@NullMarked
package dev.millrace.engine.batch;

import org.jspecify.annotations.NullMarked;
