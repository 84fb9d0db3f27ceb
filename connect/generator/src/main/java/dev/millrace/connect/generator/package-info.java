/**
 * Simulated events for demonstrations, tests and benchmarks. Every value is drawn from a hash of
 * (seed, stream, number of the event, field), so any event can be made again at any time: a
 * position is a few numbers, however many events are still under way.
 */
@NullMarked
package dev.millrace.connect.generator;

import org.jspecify.annotations.NullMarked;
