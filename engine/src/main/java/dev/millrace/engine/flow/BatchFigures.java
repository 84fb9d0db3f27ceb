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
record BatchFigures(long records, long rows, long changes, long decodeNanos, long applyNanos) {
  /** The values of the columns records to apply_ms. */
  String sql() {
    return records + "," + rows + "," + changes + "," + decodeNanos / 1e6 + "," + applyNanos / 1e6;
  }
}
