/** Random queries over random rows, as a grammar whose sentences can be made smaller. */
@org.jspecify.annotations.NullMarked
package dev.millrace.sql.random;
