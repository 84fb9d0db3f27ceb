package dev.millrace.connect.clickhouse;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of values of one column that ClickHouse cannot hold: the nearest that it can, which
 * is told once, or the end of the sink. Not safe for use by several threads.
 */
final class Adaptation {
  static final String UNSUPPORTED_VALUES = "unsupported_values";
  static final String ADAPT = "adapt";
  static final String STOP = "stop";

  private static final Logger LOG = LoggerFactory.getLogger(Adaptation.class);

  private static final LocalDate FIRST_DATE = LocalDate.of(1900, 1, 1);
  private static final LocalDate LAST_DATE = LocalDate.of(2299, 12, 31);
  private static final Instant FIRST = FIRST_DATE.atStartOfDay().toInstant(ZoneOffset.UTC);
  private static final Instant LAST =
      LocalDateTime.of(2299, 12, 31, 23, 59, 59, 999_999_000).toInstant(ZoneOffset.UTC);

  private final String column;
  private final boolean adapt;
  private final String wayOut;
  private boolean warned;

  /**
   * For one column.
   *
   * @param adapt false if such a value ends the sink
   * @param isKey true if it does so whatever the sink's options say
   */
  Adaptation(String column, boolean adapt, boolean isKey) {
    this.column = column;
    this.adapt = adapt;
    this.wayOut =
        isKey
            ? "it is of the key, so another value would be another row: change it in the model"
            : "change the model, or set `%s: %s` in the sink".formatted(UNSUPPORTED_VALUES, ADAPT);
  }

  LocalDate date(LocalDate date) {
    if (!date.isBefore(FIRST_DATE) && !date.isAfter(LAST_DATE)) {
      return date;
    }
    refuseOrWarn("the date " + date + " outside of 1900 to 2299");
    return date.isBefore(FIRST_DATE) ? FIRST_DATE : LAST_DATE;
  }

  Instant instant(Instant instant) {
    if (!instant.isBefore(FIRST) && !instant.isAfter(LAST)) {
      return instant;
    }
    refuseOrWarn("the time " + instant + " outside of 1900 to 2299");
    return instant.isBefore(FIRST) ? FIRST : LAST;
  }

  /** A list, map or struct is null: it will be an empty one. */
  void nullOf(String what) {
    refuseOrWarn("a " + what + " that is null");
  }

  private void refuseOrWarn(String what) {
    if (!adapt) {
      throw new StopException(
          Problem.error(
              ClickHouseError.SINK_VALUE,
              null,
              "column `%s` has %s, which ClickHouse cannot hold".formatted(column, what),
              wayOut),
          null);
    }
    if (!warned) {
      warned = true;
      LOG.warn(
          "column `{}` has {}, which ClickHouse cannot hold: it is adapted, here and from now on",
          column,
          what);
    }
  }
}
