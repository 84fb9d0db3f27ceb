package dev.millrace.engine.admission;

import dev.millrace.log.TopicRecords;

/** Records of a topic after the first step of admission. */
public final class DecodedRecords {
  private final TopicRecords records;
  private final DecodedRows rows;

  DecodedRecords(TopicRecords records, DecodedRows rows) {
    this.records = records;
    this.rows = rows;
  }

  /** The records. */
  public TopicRecords records() {
    return records;
  }

  DecodedRows rows() {
    return rows;
  }
}
