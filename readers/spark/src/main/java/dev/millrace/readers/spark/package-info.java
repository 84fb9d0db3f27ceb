/** Spark, which reads a lake beside Millrace in tests. */
@NullMarked
package dev.millrace.readers.spark;

import org.jspecify.annotations.NullMarked;
