package dev.millrace.sql.random;

import java.util.List;

/** Random expressions over times, those that a compiler writes anew and others. */
final class TimeExpressions {
  /** Of a time, never falling when it grows. */
  private static final List<String> RISING =
      List.of(
          "time_bucket(INTERVAL 1 MINUTE, %s)",
          "time_bucket(INTERVAL '7 seconds', %s)",
          "time_bucket(INTERVAL '90 seconds', %s, INTERVAL 20 SECOND)",
          "time_bucket(INTERVAL 1 HOUR, %s, TIMESTAMPTZ '2020-02-02 02:02:02')",
          "time_bucket(INTERVAL 1 DAY, %s)",
          "time_bucket(INTERVAL 1 MINUTE, %s) + INTERVAL 1 MINUTE",
          "time_bucket(INTERVAL 1 MINUTE, %s - INTERVAL 10 SECOND) + INTERVAL 10 SECOND",
          "date_trunc('second', %s)",
          "date_trunc('minute', %s)",
          "date_trunc('hour', %s)",
          "date_trunc('day', %s)",
          "date_trunc('week', %s)",
          "date_trunc('month', %s)",
          "date_trunc('minute', %s + INTERVAL 30 SECOND)",
          "%s + INTERVAL '30 seconds'",
          "%s - INTERVAL 1 MINUTE",
          "%s - INTERVAL 1 DAY",
          "%s + INTERVAL '1 day 1 hour'",
          "INTERVAL 20 SECOND + %s",
          "%s + INTERVAL 1 MONTH",
          "date_trunc('minute', %s - INTERVAL 2 MONTH)");

  private static final List<String> NUMBERS =
      List.of(
          "hour(%s)",
          "minute(%s)",
          "extract(second FROM %s)",
          "extract(dow FROM %s)",
          "date_part('doy', %s)",
          "year(%s)",
          "month(date_trunc('week', %s))",
          "minute(%s + INTERVAL 30 SECOND)",
          "date_diff('second', TIMESTAMPTZ '2026-11-21 10:00:00', %s)",
          "date_diff('day', %s, TIMESTAMPTZ '2026-11-21 10:00:00')",
          "CASE WHEN isfinite(%s) THEN"
              + " CAST(epoch(%s - TIMESTAMPTZ '2026-11-21 10:00:00') AS BIGINT) END",
          "CASE WHEN %s > TIMESTAMPTZ '2026-11-21 10:01:00' - INTERVAL 30 SECOND THEN 1 ELSE 2 END");

  private static final List<String> TEXTS =
      List.of(
          "strftime(%s, '%H:%M')",
          "dayname(%s)",
          "CAST(CAST(%s AS DATE) AS VARCHAR)",
          "CAST(CAST(%s AS TIMESTAMP) AS VARCHAR)",
          "left(CAST(%s AT TIME ZONE 'UTC' AS VARCHAR), 16)");

  private final Dice dice;

  TimeExpressions(Dice dice) {
    this.dice = dice;
  }

  /** A time that never falls when the given one grows. */
  String rising(String time) {
    return of(RISING, time);
  }

  String number(String time) {
    return of(NUMBERS, time);
  }

  String text(String time) {
    return of(TEXTS, time);
  }

  private String of(List<String> forms, String time) {
    return dice.pick(forms).replace("%s", time);
  }
}
