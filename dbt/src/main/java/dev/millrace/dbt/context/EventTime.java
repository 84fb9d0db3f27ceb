package dev.millrace.dbt.context;

import java.time.LocalDateTime;

/**
 * A stretch of event time, in UTC: what a batch is about, or what {@code --sample} leaves.
 *
 * @param start included
 * @param end not included
 */
public record EventTime(LocalDateTime start, LocalDateTime end) {
  /** The rows of a relation that belong to it. */
  String condition(String column) {
    return column + " >= '" + text(start) + "' and " + column + " < '" + text(end) + "'";
  }

  /** What is in both. */
  EventTime within(EventTime other) {
    return new EventTime(
        start.isBefore(other.start) ? other.start : start,
        end.isAfter(other.end) ? other.end : end);
  }

  static String text(LocalDateTime time) {
    return TemplateMoment.text(time) + "+00:00";
  }
}
