/**
 * Topics: the embedded Kafka broker, topics and their ends, reading at positions that the caller
 * keeps, and running a source so that its records and its position are written in one transaction.
 * Nothing here uses consumer groups: the positions of flows are the store's.
 */
@NullMarked
package dev.millrace.log;

import org.jspecify.annotations.NullMarked;
