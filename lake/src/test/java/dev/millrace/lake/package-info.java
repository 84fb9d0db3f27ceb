@NullMarked
package dev.millrace.lake;

import org.jspecify.annotations.NullMarked;
