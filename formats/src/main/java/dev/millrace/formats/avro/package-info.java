/** Apache Avro. */
@NullMarked
package dev.millrace.formats.avro;

import org.jspecify.annotations.NullMarked;
