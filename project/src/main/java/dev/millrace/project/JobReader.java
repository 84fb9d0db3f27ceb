package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.option.OptionReader;
import dev.millrace.project.yaml.YamlNode;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads jobs.yml. */
final class JobReader {
  private static final int MOST_RETRIES = 100;

  private final OptionReader reader;
  private final ZoneId projectZone;
  private final Problems problems;
  private final Names names;

  /**
   * A reader.
   *
   * @param projectZone of schedules that name none
   */
  JobReader(OptionReader reader, ZoneId projectZone, Problems problems) {
    this.reader = reader;
    this.projectZone = projectZone;
    this.problems = problems;
    this.names = new Names("job", problems);
  }

  List<JobSpec> read(YamlNode root) {
    List<JobSpec> jobs = new ArrayList<>();
    Optional<OptionBlock> file = reader.root(root, JobFormat.JOBS);
    file.flatMap(f -> f.node("jobs"))
        .filter(n -> n instanceof YamlNode.Mapping)
        .map(n -> (YamlNode.Mapping) n)
        .ifPresent(n -> n.entries().forEach(e -> names.add(e.key().text(), e.key().where())));
    file.ifPresent(f -> f.blocks("jobs").forEach(block -> jobs.add(job(block))));
    return jobs;
  }

  private JobSpec job(OptionBlock block) {
    String command = block.text("command").orElse(JobSpec.Command.BUILD.text());
    return new JobSpec(
        block.name(),
        block.text("description").orElse(""),
        schedule(block),
        Arrays.stream(JobSpec.Command.values())
            .filter(c -> c.text().equals(command))
            .findFirst()
            .orElse(JobSpec.Command.BUILD),
        texts(block, "select"),
        texts(block, "exclude"),
        block.flag("full_refresh"),
        block.options(JobFormat.JOB.options()).structure("vars"),
        retries(block.block("retries")),
        positive(block, "timeout"),
        JobSpec.Overlap.valueOf(block.text("overlap").orElse("skip").toUpperCase(Locale.ROOT)),
        JobSpec.CatchUp.valueOf(block.text("catch_up").orElse("once").toUpperCase(Locale.ROOT)),
        block.flag("paused"),
        block.block("on_failure").flatMap(this::webhook),
        block.where(),
        block.where("select"));
  }

  private static List<String> texts(OptionBlock block, String key) {
    return block.list(key).stream().map(OptionBlock.Located::text).toList();
  }

  private Optional<Duration> positive(OptionBlock block, String key) {
    Optional<Duration> given = block.duration(key);
    if (given.isPresent() && given.get().isZero()) {
      problems.error(
          ProjectError.BAD_VALUE,
          block.where(key),
          "`" + key + "` must be longer than nothing",
          "leave it out if there is none");
    }
    return given;
  }

  private Optional<Schedule> schedule(OptionBlock block) {
    ZoneId zone = zone(block);
    if (block.given("schedule") && block.given("every")) {
      problems.error(
          ProjectError.BAD_VALUE,
          block.keyPlace("every"),
          "job `" + block.name() + "` has `schedule` and `every`",
          "keep one of them; two jobs can build the same");
    }
    Optional<Duration> every = block.duration("every");
    if (every.isPresent()) {
      if (every.get().compareTo(Duration.ofSeconds(1)) < 0) {
        problems.error(
            ProjectError.BAD_VALUE,
            block.where("every"),
            "`every` must be a second at least",
            "a model that is `materialized: stream` is kept up to date all the time");
        return Optional.empty();
      }
      return Optional.of(
          new Schedule.Every(
              every.get(), block.located("every").map(OptionBlock.Located::text).orElse("")));
    }
    return block.located("schedule").flatMap(text -> cron(text, zone));
  }

  private Optional<Schedule> cron(OptionBlock.Located text, ZoneId zone) {
    try {
      return Optional.of(CronSchedule.parse(text.text(), zone));
    } catch (IllegalArgumentException e) {
      problems.error(
          ProjectError.BAD_VALUE,
          text.where(),
          "`" + text.text() + "` is no schedule: " + e.getMessage(),
          "write minute, hour, day of the month, month and day of the week, such as `\"0 6 * *"
              + " 1-5\"`, or `every: 10 minutes`");
      return Optional.empty();
    }
  }

  private ZoneId zone(OptionBlock block) {
    Optional<OptionBlock.Located> name = block.located("time_zone");
    if (name.isEmpty()) {
      return projectZone;
    }
    if (!block.given("schedule")) {
      problems.warning(
          ProjectError.NO_EFFECT,
          block.keyPlace("time_zone"),
          "`time_zone` has no effect without `schedule`",
          "remove it");
    }
    try {
      return ZoneId.of(name.get().text());
    } catch (DateTimeException e) {
      String hint = Suggestion.didYouMean(name.get().text(), ZoneId.getAvailableZoneIds());
      problems.error(
          ProjectError.BAD_VALUE,
          name.get().where(),
          "no time zone `" + name.get().text() + "`",
          hint != null ? hint : "write a name such as `Europe/Berlin`, or `UTC`");
      return projectZone;
    }
  }

  private JobSpec.Retries retries(Optional<OptionBlock> given) {
    if (given.isEmpty()) {
      return new JobSpec.Retries(0, Duration.ZERO, 1, Duration.ZERO);
    }
    OptionBlock block = given.get();
    long times = block.number("times").orElse(0L);
    if (times < 0 || times > MOST_RETRIES) {
      problems.error(
          ProjectError.BAD_VALUE,
          block.where("times"),
          "`times` must be between 0 and " + MOST_RETRIES + ", found `" + times + "`",
          null);
      times = 0;
    }
    double backoff = block.options(JobFormat.RETRIES.options()).decimal("backoff");
    if (backoff < 1) {
      problems.error(
          ProjectError.BAD_VALUE,
          block.where("backoff"),
          "`backoff` must be 1 at least: the delay grows by it",
          "write `1` for the same delay each time");
      backoff = 1;
    }
    return new JobSpec.Retries(
        (int) times,
        block.duration("delay").orElseThrow(),
        backoff,
        block.duration("max_delay").orElseThrow());
  }

  /** What is wrong with it is said without it: anybody who has the address can write there. */
  private Optional<JobSpec.Webhook> webhook(OptionBlock block) {
    Optional<OptionBlock.Located> text = block.located("webhook");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<URI> address = address(text.get().text());
    if (address.isEmpty()) {
      problems.error(
          ProjectError.BAD_VALUE,
          text.get().where(),
          "`webhook` is no address of HTTP",
          "it begins with `https://`; give it as `\"{{ env_var('ALERT_URL') }}\"`, as it may be a"
              + " secret");
    }
    return address.map(JobSpec.Webhook::new);
  }

  private static Optional<URI> address(String text) {
    try {
      URI address = URI.create(text.strip());
      boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      return http && address.getHost() != null ? Optional.of(address) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
