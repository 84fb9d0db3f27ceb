/** Rows of text and binary formats, each as the JSON record that goes to a topic. */
@NullMarked
package dev.millrace.connect.files.rows;

import org.jspecify.annotations.NullMarked;
