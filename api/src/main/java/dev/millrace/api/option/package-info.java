/**
 * Options that are declared once; validation, messages, the manual and the editor's schema come
 * from there.
 */
@NullMarked
package dev.millrace.api.option;

import org.jspecify.annotations.NullMarked;
