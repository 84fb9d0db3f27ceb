/** The ads pipeline in Flink SQL. */
@NullMarked
package dev.millrace.benchmarks.flink;

import org.jspecify.annotations.NullMarked;
