package dev.millrace.dbt.context;

import java.time.LocalDateTime;

/**
 * The stretch of event time that a batch is about, in UTC.
 *
 * @param start included
 * @param end not included
 */
record EventTime(LocalDateTime start, LocalDateTime end) {
  /** The rows of a relation that belong to it. */
  String condition(String column) {
    return column + " >= '" + text(start) + "' and " + column + " < '" + text(end) + "'";
  }

  static String text(LocalDateTime time) {
    return TemplateMoment.text(time) + "+00:00";
  }
}
