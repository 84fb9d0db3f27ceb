/** The ads pipeline in Spark Structured Streaming. */
@NullMarked
package dev.millrace.benchmarks.spark;

import org.jspecify.annotations.NullMarked;
