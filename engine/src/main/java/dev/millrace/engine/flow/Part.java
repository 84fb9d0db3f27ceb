package dev.millrace.engine.flow;

import dev.millrace.engine.admission.DecodedRecords;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Some records of a batch.
 *
 * @param topics the records
 * @param readTo the positions behind them
 * @param refused by topic, ordinals that are refused and why
 * @param replay whether they were rejected before and are tried again
 */
record Part(
    List<DecodedRecords> topics,
    List<Position> readTo,
    Map<String, Map<Integer, String>> refused,
    boolean replay) {

  int size() {
    return topics.stream().mapToInt(t -> t.records().size()).sum();
  }

  /** Two parts that follow each other; each keeps the order within every partition. */
  List<Part> halves(Function<List<TopicRecords>, List<DecodedRecords>> decode) {
    List<TopicRecords> first = new ArrayList<>();
    List<TopicRecords> second = new ArrayList<>();
    boolean single = topics.stream().allMatch(t -> t.records().size() <= 1);
    for (int t = 0; t < topics.size(); t++) {
      TopicRecords records = topics.get(t).records();
      int half = single ? (t == 0 ? records.size() : 0) : records.size() / 2;
      if (half > 0) {
        first.add(records.range(0, half));
      }
      if (half < records.size()) {
        second.add(records.range(half, records.size()));
      }
    }
    return List.of(
        new Part(decode.apply(first), Faults.behind(first, readTo), Map.of(), replay),
        new Part(decode.apply(second), readTo, Map.of(), replay));
  }
}
