/** The keys of every block of YAML, declared once; reading a block by its declaration. */
@NullMarked
package dev.millrace.project.option;

import org.jspecify.annotations.NullMarked;
