package dev.millrace.project;

import static dev.millrace.api.option.OptionType.BOOLEAN;
import static dev.millrace.api.option.OptionType.DURATION;
import static dev.millrace.api.option.OptionType.INTEGER;
import static dev.millrace.api.option.OptionType.NUMBER;
import static dev.millrace.api.option.OptionType.SECRET;
import static dev.millrace.api.option.OptionType.STRUCTURE;
import static dev.millrace.api.option.OptionType.TEXT;
import static dev.millrace.api.option.OptionType.TEXTS;

import dev.millrace.api.option.Option;
import dev.millrace.project.option.Block;
import dev.millrace.project.option.Block.Shape;

/** Every key of jobs.yml. */
final class JobFormat {
  static final Block RETRIES =
      Block.of(
          "retries",
          "What happens after a failure; without it a failed run has failed.",
          Option.required("times", INTEGER, "How many more tries.", "2"),
          Option.withDefault("delay", DURATION, "30 seconds", "Before the first of them."),
          Option.withDefault(
              "backoff", NUMBER, "2", "By which the delay grows from one to the next."),
          Option.withDefault("max_delay", DURATION, "1 hour", "What it grows to."));

  static final Block ON_FAILURE =
      Block.of(
          "on_failure",
          "Who hears of a run that has failed for good, besides the log and `system.errors`.",
          Option.required(
              "webhook",
              SECRET,
              "An address that gets a POST with JSON: `text` as chats want it, and `project`,"
                  + " `job`, `run`, `state`, `due_at`, `attempts`, `message`.",
              "\"{{ env_var('ALERT_URL') }}\""));

  static final Block JOB =
      Block.of(
              "job",
              "What is built, and when; by name.",
              Option.optional(
                  "description", TEXT, "What it is for, in Markdown.", "Silver and gold."),
              Option.optional(
                  "schedule",
                  TEXT,
                  "When it is due, as cron writes it: minute, hour, day of the month, month, day of"
                      + " the week.",
                  "\"0 6 * * 1-5\""),
              Option.optional(
                  "time_zone", TEXT, "Of `schedule`; the project's if left out.", "Europe/Berlin"),
              Option.optional(
                  "every",
                  DURATION,
                  "In place of `schedule`: at multiples of this period, and at once if it never"
                      + " ran.",
                  "10 minutes"),
              Option.withDefault(
                      "command", TEXT, "build", "What is done, as dbt's command does it.")
                  .oneOf("build", "seed", "snapshot", "test", "source freshness"),
              Option.optional(
                  "select",
                  TEXTS,
                  "Which nodes, in dbt's selection syntax; everything if left out.",
                  "[silver, gold]"),
              Option.optional("exclude", TEXTS, "Without these, in the same syntax.", "[tag:slow]"),
              Option.withDefault(
                  "full_refresh", BOOLEAN, "false", "Incremental models and seeds are made anew."),
              Option.optional(
                  "vars",
                  STRUCTURE,
                  "Values of variables in place of, or besides, the project's.",
                  "{days: 3}"),
              Option.optional(
                  "timeout",
                  DURATION,
                  "A try that takes longer is ended, rolled back, and has failed.",
                  "30 minutes"),
              Option.withDefault(
                      "overlap",
                      TEXT,
                      "skip",
                      "What happens when it is due while it still runs: nothing, or it runs"
                          + " afterwards (one waits at most).")
                  .oneOf("skip", "queue"),
              Option.withDefault(
                      "catch_up",
                      TEXT,
                      "once",
                      "What happens to runs that were missed while Millrace did not run: one stands"
                          + " for all of them, or none.")
                  .oneOf("once", "none"),
              Option.withDefault(
                  "paused",
                  BOOLEAN,
                  "false",
                  "It is not due until `millrace jobs` resumes it, or this changes."))
          .with("retries", Shape.ONE, RETRIES)
          .with("on_failure", Shape.ONE, ON_FAILURE)
          .verbatim("description");

  static final Block JOBS =
      Block.of("file", "Jobs that `millrace run` does when they are due.")
          .withRequired("jobs", Shape.NAMED, JOB);

  private JobFormat() {}
}
