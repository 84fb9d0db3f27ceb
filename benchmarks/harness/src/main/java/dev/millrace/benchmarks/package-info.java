/**
 * Whole pipelines, measured: the harness, the traffic, the broker, and DuckDB's limit. Every system
 * that is measured runs in a process of its own and never shares this class path.
 */
@NullMarked
package dev.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
