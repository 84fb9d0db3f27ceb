/** Unit tests of a project's models: real batches over a real store, with a clock of their own. */
@NullMarked
package dev.millrace.engine.unittest;

import org.jspecify.annotations.NullMarked;
