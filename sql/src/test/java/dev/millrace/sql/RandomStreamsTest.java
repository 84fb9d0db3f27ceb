package dev.millrace.sql;

import dev.millrace.sql.QueryGenerator.Col;
import dev.millrace.sql.QueryGenerator.Kind;
import dev.millrace.sql.QueryGenerator.Query;
import dev.millrace.testing.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Law 1: random queries over random events in random batches stay equal to their results. */
class RandomStreamsTest {
  private static final List<Col> A =
      List.of(
          new Col("k", Kind.INT, false),
          new Col("x", Kind.INT, false),
          new Col("g", Kind.STR, false),
          new Col("d", Kind.DEC, false),
          new Col("z", Kind.DBL, false),
          new Col("o", Kind.ODD_TIME, false),
          new Col("t", Kind.TIME, true));
  private static final List<Col> B =
      List.of(
          new Col("k", Kind.INT, false),
          new Col("h", Kind.STR, false),
          new Col("v", Kind.INT, false),
          new Col("p", Kind.ODD_TIME, false),
          new Col("s", Kind.TIME, true));

  @Test
  void staysEqual() throws Exception {
    run(Seeds.next("RandomStreamsTest"), Integer.getInteger("pipelines", 12));
  }

  /** For {@code -Dmillrace.minutes}, if given, as {@code ./check --random} does. */
  @Test
  @Tag("slow")
  void staysEqualForLong() throws Exception {
    run(Seeds.next("RandomStreamsTest for long"), Integer.getInteger("pipelines", 80));
  }

  private static void run(long seed, int pipelines) throws Exception {
    long start = System.nanoTime();
    long limit = TimeUnit.MINUTES.toNanos(Integer.getInteger("millrace.minutes", 0));
    int done = 0;
    for (; done < pipelines || System.nanoTime() - start < limit; done++) {
      one(seed + done);
    }
    System.out.println("RandomStreamsTest: " + done + " pipelines from seed " + seed);
  }

  private static void one(long seed) throws Exception {
    Random random = new Random(seed);
    List<String> log = new ArrayList<>();
    Map<String, List<Col>> relations = new LinkedHashMap<>();
    try (Pipeline pipeline = new Pipeline()) {
      pipeline.source(
          "s.a",
          "k INTEGER, x INTEGER, g VARCHAR, d DECIMAL(10,2), z DOUBLE, o TIMESTAMPTZ, t TIMESTAMPTZ",
          "t",
          "20 seconds");
      pipeline.source(
          "s.b", "k INTEGER, h VARCHAR, v BIGINT, p TIMESTAMPTZ, s TIMESTAMPTZ", "s", "5 seconds");
      relations.put("s.a", A);
      relations.put("s.b", B);
      int streams = 1 + random.nextInt(3);
      for (int i = 0; i < streams; i++) {
        Query query = new QueryGenerator(random, relations, 100 * i).next();
        String name = "m" + i;
        log.add((query.onClose() ? "on_close " : "") + name + ": " + query.sql());
        StreamProgram program = pipeline.stream(name, query.sql(), query.onClose());
        List<Col> columns = new ArrayList<>();
        for (Col column : query.columns()) {
          boolean marked = program.output().watermarks().containsKey(column.name());
          columns.add(new Col(column.name(), column.kind(), marked));
        }
        relations.put(name, columns);
      }
      pipeline.execute("SELECT setseed(" + random.nextDouble() + ")");
      pipeline.execute("SET threads = 1");
      for (int batch = 0; batch < 10; batch++) {
        Map<String, String> rows = new HashMap<>();
        if (random.nextInt(5) > 0) {
          rows.put("s.a", a(random, batch));
        }
        if (random.nextInt(4) > 0) {
          rows.put("s.b", b(random, batch));
        }
        log.add("batch " + batch);
        pipeline.batch(rows, random.nextBoolean());
        pipeline.check();
      }
    } catch (Exception | AssertionError e) {
      String why =
          e instanceof QueryException q ? q.problems().toString() : String.valueOf(e.getMessage());
      throw new AssertionError(
          "-Dpipelines=1 -Dmillrace.seed=" + seed + "\n" + String.join("\n", log) + "\n" + why, e);
    }
  }

  /** Before the first watermark a time may be as old as it likes. */
  private static String time(int batch) {
    String time =
        "TIMESTAMPTZ '2026-11-21 10:00:00' + to_seconds("
            + batch
            + " * 25 + (random() * 60)::INTEGER - 20)";
    return batch > 0
        ? time
        : "CASE (random() * 20)::INTEGER WHEN 1 THEN TIMESTAMPTZ '1969-12-31 23:59:59.999999'"
            + " WHEN 2 THEN TIMESTAMPTZ '0044-03-15 (BC) 11:22:33' ELSE "
            + time
            + " END";
  }

  private static String oddTime(int batch) {
    return "CASE (random() * 20)::INTEGER WHEN 0 THEN NULL WHEN 1 THEN 'infinity'::TIMESTAMPTZ"
        + " WHEN 2 THEN '-infinity'::TIMESTAMPTZ WHEN 3 THEN TIMESTAMPTZ '1969-12-31 23:59:59.999999'"
        + " WHEN 4 THEN TIMESTAMPTZ '1970-01-01 00:00:00' WHEN 5 THEN TIMESTAMPTZ '2000-01-02 23:59:57'"
        + " WHEN 6 THEN TIMESTAMPTZ '0044-03-15 (BC) 11:22:33' WHEN 7 THEN TIMESTAMPTZ '9999-12-31 23:59:59.999'"
        + " WHEN 8 THEN TIMESTAMPTZ '2027-01-31 01:00:00' WHEN 9 THEN TIMESTAMPTZ '1960-02-29 23:00:00.000001'"
        + " WHEN 10 THEN make_timestamptz(((random() - 0.5) * 1e17)::BIGINT) ELSE "
        + time(batch)
        + " END";
  }

  private static String a(Random random, int batch) {
    return """
        SELECT CASE WHEN random() < 0.1 THEN NULL ELSE (random() * 5)::INTEGER END,
          CASE WHEN random() < 0.1 THEN NULL ELSE (random() * 4)::INTEGER END,
          CASE (random() * 4)::INTEGER WHEN 0 THEN 'a' WHEN 1 THEN 'b' WHEN 2 THEN 'c' END,
          CASE WHEN random() < 0.1 THEN NULL ELSE (random() * 3)::DECIMAL(10,2) END,
          CASE WHEN random() < 0.1 THEN NULL WHEN random() < 0.05 THEN 'NaN'::DOUBLE
            ELSE (random() * 8)::INTEGER / 4 END,
          %s,
          %s
        FROM range(%d)
        """
        .formatted(oddTime(batch), time(batch), random.nextInt(random.nextInt(3) == 0 ? 4 : 25));
  }

  private static String b(Random random, int batch) {
    return """
        SELECT CASE WHEN random() < 0.1 THEN NULL ELSE (random() * 5)::INTEGER END,
          CASE (random() * 3)::INTEGER WHEN 0 THEN 'a' WHEN 1 THEN 'b' END,
          CASE WHEN random() < 0.1 THEN NULL ELSE (random() * 5)::BIGINT END,
          %s,
          %s
        FROM range(%d)
        """
        .formatted(oddTime(batch), time(batch), random.nextInt(random.nextInt(3) == 0 ? 3 : 12));
  }
}
