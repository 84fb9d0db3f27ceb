package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.connect.Ledger;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.SourceRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every source connector promises, as tests against a bounded source of some hundred records
 * that does not change while the test runs: a connector's test extends this class.
 */
public abstract class SourceContract {
  private static final Duration WAIT = Duration.ofMillis(200);
  private static final int MOST_POLLS = 100_000;
  private static final int POSITION_LIMIT = 8 * 1024;

  /** The connector under test. */
  protected abstract SourceConnector connector();

  /** What the source is opened with; equal but for the position, however often it is called. */
  protected abstract SourceContext context(Optional<String> position);

  /** A record as this contract compares it. */
  private record Line(String stream, String key, String value, Instant timestamp) {
    static Line of(SourceRecord r) {
      return new Line(r.stream(), hex(r.key()), hex(r.value()), r.timestamp());
    }

    private static String hex(byte @Nullable [] bytes) {
      return bytes == null ? "null" : HexFormat.of().formatHex(bytes);
    }
  }

  @Test
  void boundedSourceEndsAndStaysEnded() {
    String end = "";
    Map<String, @Nullable String> ledger = new LinkedHashMap<>();
    int records = 0;
    try (Source source = connector().open(context(Optional.empty()))) {
      SourceBatch batch = source.poll(WAIT);
      for (int polls = 0; !batch.ended(); polls++) {
        assertThat(polls).as("polls before the end").isLessThan(MOST_POLLS);
        records += batch.records().size();
        note(batch, ledger);
        source.committed();
        batch = source.poll(WAIT);
      }
      note(batch, ledger);
      records += batch.records().size();
      end = batch.position();
    }
    assertThat(records).as("records of the source").isPositive();
    try (Source source = connector().open(context(Optional.of(end)).with(ledger(ledger)))) {
      SourceBatch after = source.poll(WAIT);
      assertThat(after.records()).isEmpty();
      assertThat(after.ended()).isTrue();
    }
  }

  @Test
  void twoReadersSeeTheSame() {
    assertThat(readAll(Integer.MAX_VALUE)).isEqualTo(readAll(Integer.MAX_VALUE));
  }

  @Test
  void readerOpenedAgainAnywhereContinuesWithTheNextRecord() {
    List<Line> uninterrupted = readAll(Integer.MAX_VALUE);
    assertThat(readAll(1)).isEqualTo(uninterrupted);
    Random random = Seeds.random("readerOpenedAgainAnywhereContinuesWithTheNextRecord");
    for (int round = 0; round < 5; round++) {
      assertThat(readAll(1 + random.nextInt(4))).isEqualTo(uninterrupted);
    }
  }

  @Test
  void recordsBelongToDeclaredStreamsAndPositionsAreSmall() {
    List<String> declared =
        context(Optional.empty()).streams().stream().map(s -> s.name()).toList();
    try (Source source = connector().open(context(Optional.empty()))) {
      SourceBatch batch;
      do {
        batch = source.poll(WAIT);
        assertThat(batch.position().getBytes(StandardCharsets.UTF_8))
            .hasSizeLessThan(POSITION_LIMIT);
        assertThat(batch.records()).allSatisfy(r -> assertThat(declared).contains(r.stream()));
        source.committed();
      } while (!batch.ended());
    }
  }

  private static void note(SourceBatch batch, Map<String, @Nullable String> ledger) {
    for (LedgerEntry entry : batch.ledger()) {
      // The order is that of the last commits, as in a compacted topic.
      ledger.remove(entry.key());
      ledger.put(entry.key(), entry.value());
    }
  }

  /** A ledger that has what the batches brought. */
  private static Ledger ledger(Map<String, @Nullable String> entries) {
    return target -> entries.forEach(target);
  }

  /** Reads to the end, in readers that live for at most so many polls. */
  private List<Line> readAll(int pollsPerReader) {
    List<Line> lines = new ArrayList<>();
    Map<String, @Nullable String> ledger = new LinkedHashMap<>();
    Optional<String> position = Optional.empty();
    boolean ended = false;
    for (int readers = 0; !ended; readers++) {
      assertThat(readers).as("readers before the end").isLessThan(MOST_POLLS);
      try (Source source = connector().open(context(position).with(ledger(ledger)))) {
        for (int poll = 0; poll < pollsPerReader && !ended; poll++) {
          SourceBatch batch = source.poll(WAIT);
          note(batch, ledger);
          batch.records().stream().map(Line::of).forEach(lines::add);
          position = Optional.of(batch.position());
          ended = batch.ended();
          source.committed();
        }
      }
    }
    return lines;
  }
}
