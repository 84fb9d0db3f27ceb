/** The process with HDFS in it: its classes are loaded there alone, as they need Hadoop's jars. */
@NullMarked
package dev.millrace.embedded.hdfs;

import org.jspecify.annotations.NullMarked;
