/** Protocol Buffers. */
@NullMarked
package dev.millrace.formats.protobuf;

import org.jspecify.annotations.NullMarked;
