package dev.millrace.engine.flow;

/**
 * What a batch had to do.
 *
 * @param records read from topics
 * @param rows admitted
 * @param changes of all streams
 * @param decodeNanos from its start until every record was admitted or refused
 * @param applyNanos from then until its commit
 */
record BatchFigures(long records, long rows, long changes, long decodeNanos, long applyNanos) {}
