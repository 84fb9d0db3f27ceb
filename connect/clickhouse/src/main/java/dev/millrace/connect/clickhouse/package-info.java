/**
 * The sink to tables of ClickHouse. There are no transactions over two tables there, so a chunk is
 * claimed before it is sent, carries a token by which the server knows it, and is confirmed behind
 * it; whatever dies when, the same rows are sent again under the same token.
 */
@NullMarked
package dev.millrace.connect.clickhouse;

import org.jspecify.annotations.NullMarked;
