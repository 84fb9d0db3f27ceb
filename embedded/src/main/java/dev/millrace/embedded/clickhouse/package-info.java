/**
 * The process that has ClickHouse's engine in it, and answers by ClickHouse's HTTP interface. It is
 * a JVM of its own, with these classes and JNA alone on its class path.
 */
@NullMarked
package dev.millrace.embedded.clickhouse;

import org.jspecify.annotations.NullMarked;
