/** A folder of files read into a checked graph of assets, with every problem collected. */
@NullMarked
package dev.millrace.project;

import org.jspecify.annotations.NullMarked;
