package dev.millrace.sql;

import dev.millrace.sql.random.Column;
import dev.millrace.sql.random.EventRows;
import dev.millrace.sql.random.Query;
import dev.millrace.sql.random.QueryGenerator;
import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Law 1: random queries over random events in random batches stay equal to their results. A failing
 * case is made small and told as the text of a data file for {@link StreamFilesTest}; {@code
 * -Dmillrace.keep=<folder>} has it written there, {@code -Dmillrace.failures=<n>} goes on until so
 * many were found.
 */
class RandomStreamsTest {
  private static final int BATCHES = 10;
  private static final int SHRINKING_SECONDS = 60;

  /** What streams cannot do: a query without any of it must not be refused. */
  private static final Set<String> REFUSED = Set.of("row IN");

  /** How often each construct was taken and how often a query with it was refused. */
  private record Count(int taken, int refused) {
    Count plus(Count other) {
      return new Count(taken + other.taken, refused + other.refused);
    }
  }

  private final Map<String, Count> constructs = new TreeMap<>();
  private final AtomicInteger done = new AtomicInteger();

  @Test
  void staysEqual() throws Exception {
    run(Seeds.next("RandomStreamsTest"), Integer.getInteger("pipelines", 12));
  }

  /** For {@code -Dmillrace.minutes}, if given, as {@code ./check --random} does. */
  @Test
  @Tag("slow")
  void staysEqualForLong() throws Exception {
    run(Seeds.next("RandomStreamsTest for long"), Integer.getInteger("pipelines", 60));
  }

  private void run(long seed, int pipelines) throws Exception {
    long start = System.nanoTime();
    long limit = TimeUnit.MINUTES.toNanos(Integer.getInteger("millrace.minutes", 0));
    AtomicInteger next = new AtomicInteger();
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    int enough = Integer.getInteger("millrace.failures", 1);
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        futures.add(
            workers.submit(
                () -> {
                  int n = next.getAndIncrement();
                  while (failures.size() < enough
                      && (n < pipelines || System.nanoTime() - start < limit)) {
                    one(seed + n).ifPresent(failures::add);
                    progress();
                    n = next.getAndIncrement();
                  }
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      workers.shutdownNow();
    }
    System.out.println(report(seed));
    if (!failures.isEmpty()) {
      throw new AssertionError(String.join("\n\n", failures));
    }
  }

  private void progress() {
    int count = done.incrementAndGet();
    if (count % 100 == 0) {
      System.out.println("RandomStreamsTest: " + count + " pipelines");
    }
  }

  private synchronized String report(long seed) {
    Count all = constructs.getOrDefault("any", new Count(0, 0));
    StringBuilder text = new StringBuilder("RandomStreamsTest: ");
    text.append(done).append(" pipelines from seed ").append(seed).append("; refused ");
    text.append(all.refused).append(" of ").append(all.refused + all.taken).append(" queries");
    constructs.forEach(
        (construct, count) -> {
          if (count.refused > 0 && !construct.equals("any") && REFUSED.contains(construct)) {
            text.append("\n  ").append(construct).append(": ").append(count.refused);
            text.append(" of ").append(count.refused + count.taken).append(" refused");
          }
        });
    return text.toString();
  }

  private synchronized void count(Query query, Count count) {
    constructs.merge("any", count, Count::plus);
    query.constructs().forEach(construct -> constructs.merge(construct, count, Count::plus));
  }

  /** Runs one pipeline; what is wrong with it, if something is. */
  private Optional<String> one(long seed) {
    Random random = new Random(seed);
    boolean berlin = random.nextInt(6) == 0;
    String zone = berlin ? "Europe/Berlin" : "UTC";
    // In Berlin the clocks go back an hour in the middle of the rows.
    Instant start = Instant.parse(berlin ? "2026-10-25T00:58:00Z" : "2026-11-21T10:00:00Z");
    boolean whole = random.nextInt(4) > 0;
    List<StreamCase.Source> sources = new ArrayList<>();
    EventRows.sources().values().forEach(source -> sources.add(declared(source)));
    List<RandomCase.Draft> drafts = new ArrayList<>();
    List<StreamCase.Batch> batches = new ArrayList<>();
    try (Pipeline pipeline = new Pipeline(zone, whole)) {
      for (StreamCase.Source source : sources) {
        pipeline.source(source);
      }
      draft(random, pipeline, drafts);
      EventRows rows = new EventRows(random, start);
      for (int i = 0; i < BATCHES; i++) {
        batches.add(batch(random, rows, i));
        pipeline.batch(batches.get(i));
        pipeline.check();
      }
      return Optional.empty();
    } catch (Exception | AssertionError e) {
      return Optional.of(tell(seed, new RandomCase(zone, whole, sources, drafts, batches), e));
    }
  }

  private static StreamCase.Source declared(EventRows.Source source) {
    return source.key().isEmpty()
        ? StreamCase.Source.events(
            source.name(), source.declared(), source.eventTime(), source.lateness())
        : StreamCase.Source.changes(source.name(), source.declared(), List.of(source.key()));
  }

  /** Adds up to three streams; if it fails, the last one has been added all the same. */
  private void draft(Random random, Pipeline pipeline, List<RandomCase.Draft> drafts)
      throws Exception {
    Map<String, List<Column>> relations = new LinkedHashMap<>();
    EventRows.sources().forEach((name, source) -> relations.put(name, source.columns()));
    int wanted = 1 + random.nextInt(3);
    for (int tries = 0; drafts.size() < wanted && tries < 20; tries++) {
      String name = "m" + drafts.size();
      Query query = new QueryGenerator(random, relations, 100 * drafts.size()).next();
      drafts.add(new RandomCase.Draft(name, query.onClose(), query.part()));
      try {
        Relation output = pipeline.stream(name, query.part().sql(), query.onClose()).output();
        relations.put(name, columns(query, output));
        count(query, new Count(1, 0));
      } catch (QueryException e) {
        boolean rightly = e.problems().stream().allMatch(RandomStreamsTest::isRightlyRefused);
        if (!rightly && query.constructs().stream().noneMatch(REFUSED::contains)) {
          throw e;
        }
        count(query, new Count(0, 1));
        drafts.remove(drafts.size() - 1);
      }
    }
  }

  /** What the generator does not know beforehand: it has no meaning, or cannot be proved. */
  private static boolean isRightlyRefused(SqlProblem problem) {
    return problem.code() == SqlCode.SQL_NO_WINDOW
        || problem.message().startsWith("a stream of constants alone")
        || problem.message().startsWith("a subquery that may return several rows");
  }

  private static List<Column> columns(Query query, Relation output) {
    return query.columns().stream()
        .map(c -> new Column(c.name(), c.kind(), output.watermarks().containsKey(c.name())))
        .toList();
  }

  private static StreamCase.Batch batch(Random random, EventRows events, int number) {
    Map<String, List<List<String>>> rows = new TreeMap<>();
    Map<String, List<List<String>>> deletes = new TreeMap<>();
    EventRows.sources()
        .forEach(
            (name, source) -> {
              if (random.nextInt(4) > 0) {
                rows.put(name, events.rows(source, number));
              }
              if (!source.key().isEmpty() && random.nextInt(2) == 0) {
                deletes.put(name, events.deletes(rows.getOrDefault(name, List.of())));
              }
            });
    return new StreamCase.Batch(rows, deletes, random.nextBoolean());
  }

  /** What failed, and the smallest case found that fails in the same way. */
  private static String tell(long seed, RandomCase failing, Throwable failure) {
    String way = Failures.way(failure);
    boolean again = Failures.way(failing).equals(Optional.of(way));
    RandomCase small = again ? Shrinker.shrink(failing, way, SHRINKING_SECONDS) : failing;
    String text =
        "# Found by RandomStreamsTest: "
            + way
            + (failing.whole() ? "; as one statement" : "")
            + ".\n\n"
            + small;
    String folder = System.getProperty("millrace.keep", "");
    String kept = "";
    if (!folder.isEmpty()) {
      try {
        Path file = Path.of(folder, "found_" + seed + ".test");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        kept = "\nwritten to " + file;
      } catch (IOException e) {
        kept = "\nnot written to " + folder + ": " + e.getMessage();
      }
    }
    return "-Dpipelines=1 -Dmillrace.seed="
        + seed
        + (again ? "" : " (does not fail again in the same way)")
        + "\n"
        + text
        + "\n"
        + reason(small, failure)
        + kept;
  }

  private static String reason(RandomCase small, Throwable failure) {
    try {
      small.run();
    } catch (QueryException e) {
      return e.problems().toString();
    } catch (Exception | AssertionError e) {
      return String.valueOf(e.getMessage());
    }
    return String.valueOf(failure.getMessage());
  }
}
