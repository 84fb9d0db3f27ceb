/**
 * The lake: Apache Iceberg tables whose Parquet files DuckDB writes and reads. Iceberg keeps which
 * files a table has, in which version, and changes that atomically; no row passes through it.
 */
@NullMarked
package dev.millrace.lake;

import org.jspecify.annotations.NullMarked;
