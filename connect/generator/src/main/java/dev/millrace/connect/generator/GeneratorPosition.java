package dev.millrace.connect.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A place in a run, with what is needed to go on there.
 *
 * @param fingerprint of the configuration whose run it is
 * @param bucket of arrivals
 * @param consumed events of the bucket that are behind
 * @param firstNumbers by stream: the run's first event
 * @param nextNumbers by stream: the first event of a next run
 * @param shifts of the timeline
 */
record GeneratorPosition(
    String fingerprint,
    long bucket,
    int consumed,
    Map<String, Long> firstNumbers,
    Map<String, Long> nextNumbers,
    List<Timeline.Shift> shifts) {
  private static final String VERSION = "g1";

  /** Copies the collections. */
  GeneratorPosition {
    firstNumbers = Map.copyOf(firstNumbers);
    nextNumbers = Map.copyOf(nextNumbers);
    shifts = List.copyOf(shifts);
  }

  /** Words separated by spaces; names of streams hold none. */
  String text() {
    StringBuilder text = new StringBuilder(VERSION);
    text.append(' ').append(fingerprint).append(' ').append(bucket).append(' ').append(consumed);
    text.append(' ').append(pairs(firstNumbers)).append(' ').append(pairs(nextNumbers));
    for (Timeline.Shift shift : shifts) {
      text.append(' ').append(shift.from()).append(':').append(shift.offset());
    }
    return text.toString();
  }

  private static String pairs(Map<String, Long> numbers) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(numbers)
        .forEach(
            (name, number) ->
                text.append(text.isEmpty() ? "" : ",").append(name).append(':').append(number));
    return text.isEmpty() ? "-" : text.toString();
  }

  /** Reads {@link #text}; empty if it is none. */
  static Optional<GeneratorPosition> parse(String text) {
    String[] words = text.split(" ");
    if (words.length < 7 || !words[0].equals(VERSION)) {
      return Optional.empty();
    }
    try {
      List<Timeline.Shift> shifts = new ArrayList<>();
      for (int i = 6; i < words.length; i++) {
        int colon = words[i].indexOf(':');
        shifts.add(
            new Timeline.Shift(
                Long.parseLong(words[i].substring(0, colon)),
                Long.parseLong(words[i].substring(colon + 1))));
      }
      return Optional.of(
          new GeneratorPosition(
              words[1],
              Long.parseLong(words[2]),
              Integer.parseInt(words[3]),
              numbers(words[4]),
              numbers(words[5]),
              shifts));
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private static Map<String, Long> numbers(String text) {
    Map<String, Long> numbers = new TreeMap<>();
    if (!text.equals("-")) {
      for (String pair : text.split(",")) {
        int colon = pair.lastIndexOf(':');
        numbers.put(pair.substring(0, colon), Long.parseLong(pair.substring(colon + 1)));
      }
    }
    return numbers;
  }
}
