package dev.millrace.project;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A schedule as cron writes it, in a time zone.
 *
 * <p>The library computes in local time, which has neither gaps nor overlaps; what a change of the
 * clocks means is decided here. A schedule for every hour ({@code *}) goes on by elapsed time:
 * nothing in a gap, both passes of an overlap. Any other has each local time of a day once: one
 * that falls into a gap comes as the gap ends, several of them together, and one in an overlap in
 * its first pass.
 */
public final class CronSchedule implements Schedule {
  /** So far back the newest tick is looked for; then further. */
  private static final List<Duration> WINDOWS =
      List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(31), Duration.ofDays(366));

  private static final int HOUR = 1;
  private static final Pattern CHARACTERS = Pattern.compile("Invalid chars: (\\S+)");

  private final String text;
  private final ZoneId zone;
  private final ExecutionTime local;
  private final boolean everyHour;

  private CronSchedule(String text, ZoneId zone, Cron cron) {
    this.text = text;
    this.zone = zone;
    this.local = ExecutionTime.forCron(cron);
    this.everyHour = text.split(" ")[HOUR].equals("*");
  }

  /**
   * Reads minute, hour, day of the month, month and day of the week.
   *
   * @throws IllegalArgumentException saying what is wrong with the text, or that it never comes
   */
  public static CronSchedule parse(String text, ZoneId zone) {
    String stripped = text.strip().replaceAll("\\s+", " ");
    int fields = stripped.isEmpty() ? 0 : stripped.split(" ").length;
    if (fields != 5) {
      throw new IllegalArgumentException(
          "it has " + fields + (fields == 1 ? " field" : " fields") + ", not 5");
    }
    Cron cron;
    try {
      cron =
          new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
              .parse(stripped)
              .validate();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(reason(String.valueOf(e.getMessage())), e);
    }
    CronSchedule schedule = new CronSchedule(stripped, zone, cron);
    if (schedule.next(Instant.EPOCH).isEmpty()) {
      throw new IllegalArgumentException("there is no such day");
    }
    return schedule;
  }

  /** What the library says, in our words where its own are none. */
  private static String reason(String said) {
    Matcher characters = CHARACTERS.matcher(said);
    if (characters.find()) {
      return "`" + characters.group(1) + "` means nothing there";
    }
    String why = said.replace("Failed to parse cron expression. ", "");
    return why.isEmpty()
        ? "it is none"
        : why.substring(0, 1).toLowerCase(Locale.ROOT) + why.substring(1);
  }

  @Override
  public Optional<Instant> next(Instant after) {
    return everyHour ? byElapsedTime(after) : byLocalTime(after);
  }

  private Optional<Instant> byElapsedTime(Instant after) {
    ZoneRules rules = zone.getRules();
    Instant from = after;
    ZoneOffset offset = rules.getOffset(after);
    LocalDateTime at = LocalDateTime.ofInstant(after, offset);
    while (true) {
      Optional<LocalDateTime> next = nextLocal(at);
      ZoneOffsetTransition change = rules.nextTransition(from);
      if (next.isEmpty()
          || change == null
          || next.get().toInstant(offset).isBefore(change.getInstant())) {
        ZoneOffset now = offset;
        return next.map(n -> n.toInstant(now));
      }
      from = change.getInstant();
      offset = change.getOffsetAfter();
      // A tick at the very change counts.
      at = change.getDateTimeAfter().minusSeconds(1);
    }
  }

  private Optional<Instant> byLocalTime(Instant after) {
    Optional<LocalDateTime> at = nextLocal(LocalDateTime.ofInstant(after, zone));
    // In the second pass of an overlap, local times that were in the first one come by again.
    while (at.isPresent() && !instant(at.get()).isAfter(after)) {
      at = nextLocal(at.get());
    }
    return at.map(this::instant);
  }

  /** Never goes back when local time goes on. */
  private Instant instant(LocalDateTime at) {
    ZoneOffsetTransition change = zone.getRules().getTransition(at);
    return change != null && change.isGap()
        ? change.getInstant()
        : ZonedDateTime.of(at, zone).withEarlierOffsetAtOverlap().toInstant();
  }

  private Optional<LocalDateTime> nextLocal(LocalDateTime after) {
    return local
        .nextExecution(ZonedDateTime.of(after, ZoneOffset.UTC))
        .map(ZonedDateTime::toLocalDateTime);
  }

  @Override
  public Optional<Instant> newest(Instant after, Instant upTo) {
    for (Duration window : WINDOWS) {
      Instant from = upTo.minus(window);
      if (!from.isAfter(after)) {
        break;
      }
      Optional<Instant> found = lastOf(from, upTo);
      if (found.isPresent()) {
        return found;
      }
    }
    return lastOf(after, upTo);
  }

  private Optional<Instant> lastOf(Instant after, Instant upTo) {
    Optional<Instant> last = Optional.empty();
    Optional<Instant> next = next(after).filter(n -> !n.isAfter(upTo));
    while (next.isPresent()) {
      last = next;
      next = next(next.get()).filter(n -> !n.isAfter(upTo));
    }
    return last;
  }

  @Override
  public String text() {
    return text + " in " + zone.getId();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CronSchedule cron && cron.text().equals(text());
  }

  @Override
  public int hashCode() {
    return text().hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
