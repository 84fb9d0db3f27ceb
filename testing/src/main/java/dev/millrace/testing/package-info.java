/** Test kits that every connector and engine must pass, and what tests of real systems need. */
@org.jspecify.annotations.NullMarked
package dev.millrace.testing;
