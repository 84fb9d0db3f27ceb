/**
 * Table stores: tables of files outside of the engine's own store, such as a lake of Parquet, which
 * change by atomic commits and keep their earlier versions.
 */
@NullMarked
package dev.millrace.api.table;

import org.jspecify.annotations.NullMarked;
