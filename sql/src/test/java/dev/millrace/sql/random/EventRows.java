package dev.millrace.sql.random;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** The sources of random pipelines and their rows, as SQL literals. */
public final class EventRows {
  /**
   * A source.
   *
   * @param declared its columns as SQL declares them
   * @param eventTime empty for change data
   * @param lateness of its events
   * @param key the key column of change data; empty for events
   */
  public record Source(
      String name,
      String declared,
      String eventTime,
      String lateness,
      String key,
      List<Column> columns) {}

  private static final Source A =
      new Source(
          "s.a",
          "k INTEGER, x INTEGER, g VARCHAR, d DECIMAL(10,2), z DOUBLE, f BOOLEAN, u UUID,"
              + " l INTEGER[], st STRUCT(a INTEGER, b VARCHAR), o TIMESTAMPTZ, t TIMESTAMPTZ",
          "t",
          "20 seconds",
          "",
          List.of(
              new Column("k", Kind.INT),
              new Column("x", Kind.INT),
              new Column("g", Kind.TEXT),
              new Column("d", Kind.DECIMAL),
              new Column("z", Kind.DOUBLE),
              new Column("f", Kind.BOOLEAN),
              new Column("u", Kind.UUID),
              new Column("l", Kind.LIST),
              new Column("st", Kind.STRUCT),
              new Column("o", Kind.ODD_TIME),
              new Column("t", Kind.TIME, true)));
  private static final Source B =
      new Source(
          "s.b",
          "k INTEGER, h VARCHAR, v BIGINT, big BIGINT, dd DATE, c TIME, ts TIMESTAMP,"
              + " m MAP(VARCHAR, INTEGER), p TIMESTAMPTZ, s TIMESTAMPTZ",
          "s",
          "5 seconds",
          "",
          List.of(
              new Column("k", Kind.INT),
              new Column("h", Kind.TEXT),
              new Column("v", Kind.INT),
              new Column("big", Kind.BIG),
              new Column("dd", Kind.DATE),
              new Column("c", Kind.CLOCK),
              new Column("ts", Kind.LOCAL),
              new Column("m", Kind.MAP),
              new Column("p", Kind.ODD_TIME),
              new Column("s", Kind.TIME, true)));
  private static final Source C =
      new Source(
          "s.c",
          "id INTEGER, k INTEGER, g VARCHAR, n DECIMAL(18,4), w DOUBLE, ct TIMESTAMPTZ",
          "",
          "",
          "id",
          List.of(
              new Column("id", Kind.INT),
              new Column("k", Kind.INT),
              new Column("g", Kind.TEXT),
              new Column("n", Kind.DECIMAL),
              new Column("w", Kind.DOUBLE),
              new Column("ct", Kind.TIME)));

  private static final List<String> ODD_TIMES =
      List.of(
          "'infinity'",
          "'-infinity'",
          "'1969-12-31 23:59:59.999999+00'",
          "'1970-01-01 00:00:00+00'",
          "'2000-01-02 23:59:57+00'",
          "'0044-03-15 (BC) 11:22:33+00'",
          "'9999-12-31 23:59:59.999+00'",
          "'2027-01-31 01:00:00+00'",
          "'1960-02-29 23:00:00.000001+00'",
          "NULL");

  private final Random random;
  private final Instant start;

  /**
   * Rows of one pipeline.
   *
   * @param start about when its first events happen
   */
  public EventRows(Random random, Instant start) {
    this.random = random;
    this.start = start;
  }

  /** The sources, by name. */
  public static Map<String, Source> sources() {
    Map<String, Source> sources = new LinkedHashMap<>();
    List.of(A, B, C).forEach(source -> sources.put(source.name(), source));
    return sources;
  }

  /** Some new rows of the source. */
  public List<List<String>> rows(Source source, int batch) {
    int most = random.nextInt(3) == 0 ? 4 : source == A ? 20 : 12;
    List<List<String>> rows = new ArrayList<>();
    int count = random.nextInt(most);
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (source == A) {
        rows.add(a(batch));
      } else if (source == B) {
        rows.add(b(batch));
      } else {
        int id = random.nextInt(12);
        if (!ids.contains(id)) {
          ids.add(id);
          rows.add(c(id, batch));
        }
      }
    }
    return rows;
  }

  /** Keys of change data to delete, none of which is among the rows. */
  public List<List<String>> deletes(List<List<String>> rows) {
    List<List<String>> keys = new ArrayList<>();
    for (int id = 0; id < 12; id++) {
      String key = String.valueOf(id);
      if (random.nextInt(8) == 0 && rows.stream().noneMatch(row -> row.get(0).equals(key))) {
        keys.add(List.of(key));
      }
    }
    return keys;
  }

  private List<String> a(int batch) {
    return List.of(
        orNull(10, () -> small(5)),
        orNull(10, () -> small(4)),
        text(),
        orNull(10, () -> random.nextInt(4) + "." + random.nextInt(10) + "0"),
        random.nextInt(20) == 0 ? "'NaN'" : orNull(10, () -> quarter(8)),
        orNull(5, () -> random.nextBoolean() ? "'true'" : "'false'"),
        orNull(10, () -> "'00000000-0000-0000-0000-00000000000" + random.nextInt(3) + "'"),
        orNull(6, this::list),
        orNull(8, () -> "'{''a'': " + orNull(6, () -> small(3)) + ", ''b'': ''z''}'"),
        oddTime(batch),
        time(batch));
  }

  private List<String> b(int batch) {
    return List.of(
        orNull(10, () -> small(5)),
        text(),
        orNull(10, () -> small(5)),
        extreme(),
        orNull(8, () -> "'2024-02-" + (27 + random.nextInt(3)) + "'"),
        orNull(8, () -> "'" + (10 + random.nextInt(3)) + ":00:00.5'"),
        orNull(8, () -> "'2026-10-25 02:" + (10 + random.nextInt(3) * 20) + ":00'"),
        orNull(6, () -> random.nextInt(4) == 0 ? "'{}'" : "'{a=" + small(3) + ", ü=1}'"),
        oddTime(batch),
        time(batch));
  }

  private List<String> c(int id, int batch) {
    return List.of(
        String.valueOf(id),
        orNull(10, () -> small(5)),
        text(),
        orNull(10, () -> small(3) + ".2500"),
        random.nextInt(20) == 0 ? "'NaN'" : orNull(10, () -> quarter(6)),
        time(batch + 1));
  }

  private String orNull(int in, Supplier<String> value) {
    return random.nextInt(in) == 0 ? "NULL" : value.get();
  }

  private String small(int bound) {
    return String.valueOf(random.nextInt(bound + 1));
  }

  private String quarter(int bound) {
    return String.valueOf(random.nextInt(bound) / 4.0);
  }

  private String text() {
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> "'a'";
      case 3, 4 -> "'b'";
      case 5, 6 -> "'c'";
      case 7 -> random.nextBoolean() ? "'ä€😀'" : "''";
      default -> "NULL";
    };
  }

  private String list() {
    List<String> elements = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      elements.add(orNull(8, () -> small(3)));
    }
    return "'[" + String.join(", ", elements) + "]'";
  }

  private String extreme() {
    return switch (random.nextInt(6)) {
      case 0 -> "9223372036854775807";
      case 1 -> "-9223372036854775808";
      case 2 -> "NULL";
      default -> small(3);
    };
  }

  /** Before the first watermark a time may be as old as it likes. */
  private String time(int batch) {
    if (batch == 0 && random.nextInt(20) == 0) {
      return random.nextBoolean()
          ? "'1969-12-31 23:59:59.999999+00'"
          : "'0044-03-15 (BC) 11:22:33+00'";
    }
    Instant time = start.plus(batch * 25L + random.nextInt(60) - 20, ChronoUnit.SECONDS);
    return "'" + time.toString().replace('T', ' ').replace("Z", "+00") + "'";
  }

  private String oddTime(int batch) {
    return random.nextInt(2) == 0 ? time(batch) : ODD_TIMES.get(random.nextInt(ODD_TIMES.size()));
  }
}
