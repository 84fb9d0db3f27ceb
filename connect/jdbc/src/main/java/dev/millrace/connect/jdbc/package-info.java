/**
 * Sinks in relational databases: a batch of changes and the position behind it are one transaction
 * of the target.
 */
@NullMarked
package dev.millrace.connect.jdbc;

import org.jspecify.annotations.NullMarked;
