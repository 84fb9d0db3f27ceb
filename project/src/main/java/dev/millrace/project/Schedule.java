package dev.millrace.project;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When a job is due: instants, in order. Immutable. */
public sealed interface Schedule permits Schedule.Every, CronSchedule {
  /** The first instant that is later; empty if there is none. */
  Optional<Instant> next(Instant after);

  /** The last instant that is later than {@code after} and not later than {@code upTo}. */
  Optional<Instant> newest(Instant after, Instant upTo);

  /** As people read it: {@code every 10 minutes}, {@code 0 6 * * 1-5 in Europe/Berlin}. */
  String text();

  /**
   * At multiples of a period since 1970 in UTC, so that a restart moves nothing.
   *
   * @param period at least a second
   * @param written as its author did
   */
  record Every(Duration period, String written) implements Schedule {
    /** Refuses periods that are too short. */
    public Every {
      if (period.compareTo(Duration.ofSeconds(1)) < 0) {
        throw new IllegalArgumentException("period " + period);
      }
    }

    @Override
    public Optional<Instant> next(Instant after) {
      return Optional.of(Instant.ofEpochMilli(floor(after) + period.toMillis()));
    }

    @Override
    public Optional<Instant> newest(Instant after, Instant upTo) {
      return Optional.of(Instant.ofEpochMilli(floor(upTo))).filter(at -> at.isAfter(after));
    }

    private long floor(Instant at) {
      return at.toEpochMilli() - Math.floorMod(at.toEpochMilli(), period.toMillis());
    }

    @Override
    public String text() {
      return "every " + written;
    }
  }
}
