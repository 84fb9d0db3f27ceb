package dev.millrace.dbt.run;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.context.EventTime;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import dev.millrace.project.yaml.YamlReader;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code --sample} says: {@code 3 days}, or {@code {start: 2024-01-01, end: 2024-01-05}}. */
public final class Sample {
  private static final Pattern RECENT =
      Pattern.compile("\\s*(\\d{1,6})\\s+(hour|day|month|year)s?\\s*", Pattern.CASE_INSENSITIVE);

  private Sample() {}

  /**
   * The event time that is left.
   *
   * @param now where {@code 3 days} end; they begin where a day begins
   * @throws StopException if the text is neither
   */
  public static EventTime of(String text, Instant now) {
    Matcher recent = RECENT.matcher(text);
    ZonedDateTime end = now.atZone(ZoneOffset.UTC);
    if (recent.matches()) {
      BatchSize size = BatchSize.of(recent.group(2)).orElseThrow();
      ZonedDateTime start = size.plus(end, -Long.parseLong(recent.group(1)));
      return new EventTime(start.toLocalDateTime(), end.toLocalDateTime());
    }
    return block(text)
        .orElseThrow(
            () ->
                new StopException(
                    Problem.error(
                        DbtError.BAD_CONFIG,
                        null,
                        "`--sample " + text + "` is no stretch of time",
                        "write `--sample '3 days'`, or hours, months, years; or"
                            + " `--sample '{start: 2024-01-01, end: 2024-01-05}'`"),
                    null));
  }

  private static Optional<EventTime> block(String text) {
    Problems problems = new Problems();
    return YamlReader.readAsPython(new TextFile("--sample", text), problems)
        .filter(YamlNode.Mapping.class::isInstance)
        .map(YamlNode.Mapping.class::cast)
        .flatMap(
            block ->
                time(block, "start")
                    .flatMap(start -> time(block, "end").map(end -> new EventTime(start, end))));
  }

  private static Optional<LocalDateTime> time(YamlNode.Mapping block, String key) {
    return block
        .get(key)
        .filter(YamlNode.Scalar.class::isInstance)
        .flatMap(node -> Batch.time(((YamlNode.Scalar) node).text()))
        .map(ZonedDateTime::toLocalDateTime);
  }
}
