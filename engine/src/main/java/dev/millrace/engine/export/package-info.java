/** Tables as plain Hive-partitioned Parquet files, for readers of bare folders. */
@NullMarked
package dev.millrace.engine.export;

import org.jspecify.annotations.NullMarked;
