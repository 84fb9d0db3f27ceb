package dev.millrace.engine.flow;

import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells faults of data from others, and cuts batches into pieces to find the record at fault. */
final class Faults {
  private Faults() {}

  /** The database's words, without the statement. */
  static String reason(Exception e) {
    String text = String.valueOf(e.getMessage());
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }

  static boolean isOutOfMemory(SQLException e) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("out of memory");
  }

  /** True if a value, not the statement or the store, made a statement fail. */
  static boolean isOfData(SQLException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith("Conversion Error")
        || message.startsWith("Out of Range Error")
        || message.startsWith("Invalid Input Error");
  }

  /** The positions behind some records; partitions without a record among them are left out. */
  static List<Position> behind(List<TopicRecords> topics, List<Position> readTo) {
    Map<String, Long> next = new HashMap<>();
    for (TopicRecords records : topics) {
      for (int i = 0; i < records.size(); i++) {
        next.merge(
            Position.place(records.topic(), records.partition(i)),
            records.offset(i) + 1,
            Math::max);
      }
    }
    return readTo.stream()
        .filter(p -> next.containsKey(p.place()))
        .map(
            p ->
                new Position(
                    p.topic(), p.topicId(), p.partition(), next.getOrDefault(p.place(), 0L)))
        .toList();
  }
}
