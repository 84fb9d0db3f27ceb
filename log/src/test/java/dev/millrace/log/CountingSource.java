package dev.millrace.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.SourceRecord;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Schema;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A source that counts from 0 to a total, some numbers at each poll; its position is the next
 * number.
 */
final class CountingSource implements Source {
  private static final Options NONE = new Options(List.of(), Map.of());

  private final Counter counter;
  private long next;
  private int polls;

  private CountingSource(Counter counter, long next) {
    this.counter = counter;
    this.next = next;
  }

  /** A source of a project of its own that writes to one topic. */
  static SourceTask task(Cluster cluster, String topic, Counter counter) {
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      admin.ensure(List.of(TopicDeclaration.of(topic, 3)));
    }
    return new SourceTask(
        "project-of-" + topic,
        "numbers",
        counter,
        NONE,
        NONE,
        List.of(new StreamDeclaration("s", new Schema(List.of()), Map.of())),
        Map.of("s", topic),
        Clock.systemUTC());
  }

  @Override
  public SourceBatch poll(Duration wait) {
    // A source with a pace of its own, so that its life has many transactions to be killed in.
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (counter.failEvery() > 0 && ++polls % counter.failEvery() == 0) {
      throw new RetryException(
          Problem.error(LogError.SOURCE_FAILED, null, "a passing fault", null), null);
    }
    List<SourceRecord> records = new ArrayList<>();
    Instant now = Instant.now();
    for (int i = 0; i < counter.perPoll() && next < counter.total(); i++) {
      byte[] text = Long.toString(next++).getBytes(UTF_8);
      records.add(new SourceRecord("s", next % 2 == 0 ? text : null, text, now));
    }
    return new SourceBatch(records, Long.toString(next), next >= counter.total());
  }

  @Override
  public void close() {}

  /**
   * Counts.
   *
   * @param total where to end
   * @param perPoll numbers at each poll, which takes a millisecond
   * @param failEvery after how many polls of an open source one fails; 0 for never
   */
  record Counter(long total, int perPoll, int failEvery) implements SourceConnector {
    @Override
    public String name() {
      return "counting";
    }

    @Override
    public String summary() {
      return "Counts.";
    }

    @Override
    public List<Option> systemOptions() {
      return List.of();
    }

    @Override
    public List<Option> sourceOptions() {
      return List.of();
    }

    @Override
    public void check(
        Options options,
        List<StreamDeclaration> streams,
        SourceLocation where,
        Path folder,
        Problems problems) {
      // There is nothing to check.
    }

    @Override
    public Source open(SourceContext context) {
      return new CountingSource(this, context.position().map(Long::parseLong).orElse(0L));
    }
  }
}
