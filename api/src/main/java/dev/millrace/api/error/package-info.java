/** What is wrong, where, whose fault it is, and what the caller may do about it. */
@NullMarked
package dev.millrace.api.error;

import org.jspecify.annotations.NullMarked;
