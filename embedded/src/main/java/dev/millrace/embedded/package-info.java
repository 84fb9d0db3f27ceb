/**
 * Starts, supervises and stops the real systems that a target embeds, and keeps a project's data
 * folder for one process.
 */
@org.jspecify.annotations.NullMarked
package dev.millrace.embedded;
