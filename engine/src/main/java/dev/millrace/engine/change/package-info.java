/** What a project's edit means for a store that was filled by another version of it. */
@NullMarked
package dev.millrace.engine.change;

import org.jspecify.annotations.NullMarked;
