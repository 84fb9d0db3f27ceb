package dev.millrace.sql;

import dev.millrace.testing.Seeds;
import dev.millrace.testing.nexmark.NexmarkEvent;
import dev.millrace.testing.nexmark.NexmarkGenerator;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every query of the Nexmark benchmark stays equal to itself, whatever the batches are. Some share
 * a pipeline, so that events are admitted once for all of them.
 */
@Tag("slow")
class NexmarkTest {
  private static final Instant START = Instant.parse("2026-01-05T23:59:40Z");

  private static final int TOGETHER = 6;

  static Stream<List<String>> queries() {
    List<String> all = IntStream.rangeClosed(0, 22).mapToObj(i -> "q" + i).toList();
    return IntStream.iterate(0, i -> i < all.size(), i -> i + TOGETHER)
        .mapToObj(i -> all.subList(i, Math.min(all.size(), i + TOGETHER)));
  }

  @ParameterizedTest
  @MethodSource("queries")
  void stayEqual(List<String> queries) throws Exception {
    Random random = new Random(Seeds.next("NexmarkTest." + queries));
    // Slow enough for windows of ten seconds to open and close, and over midnight; a second of
    // disorder.
    NexmarkGenerator generator = new NexmarkGenerator(random.nextLong(), START, 60, 60);
    try (Pipeline pipeline = new Pipeline("UTC", random.nextInt(4) > 0)) {
      Nexmark.addSources(pipeline);
      for (String query : queries) {
        add(pipeline, query);
      }
      for (int batch = 0; batch < 20; batch++) {
        int size = random.nextInt(5) == 0 ? random.nextInt(3) : random.nextInt(400);
        List<NexmarkEvent> events = Stream.generate(generator::next).limit(size).toList();
        pipeline.batch(Nexmark.rows(events), random.nextBoolean());
        pipeline.check();
      }
    }
  }

  private static void add(Pipeline pipeline, String query) throws Exception {
    try {
      pipeline.stream(query, Nexmark.query(query), false);
    } catch (QueryException e) {
      throw new AssertionError(query + " is refused: " + e.problems(), e);
    }
  }
}
