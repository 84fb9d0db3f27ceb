/** What is in a file: compressions and archives, told by content, undone as the bytes pass by. */
@NullMarked
package dev.millrace.connect.files.unpack;

import org.jspecify.annotations.NullMarked;
