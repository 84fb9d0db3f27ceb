package dev.millrace.project;

import static dev.millrace.api.option.OptionType.BOOLEAN;
import static dev.millrace.api.option.OptionType.DURATION;
import static dev.millrace.api.option.OptionType.INTEGER;
import static dev.millrace.api.option.OptionType.STRUCTURE;
import static dev.millrace.api.option.OptionType.TEXT;
import static dev.millrace.api.option.OptionType.TEXTS;

import dev.millrace.api.option.Option;
import dev.millrace.project.option.Block;
import dev.millrace.project.option.Block.Shape;

/** Every key of a unit test: dbt's, and those that script a stream. */
final class UnitTestFormat {
  private static final Option FIXTURE =
      Option.optional(
          "fixture",
          TEXT,
          "A file below `tests/` in place of `rows`, with or without its ending.",
          "a_busy_minute");

  private static final Block INPUT =
      Block.of(
              "input",
              "Rows that arrive together, by input. Everything between these inputs and the model runs.",
              Option.required("input", TEXT, "What they arrive on.", "source('ads', 'clicks')"),
              Option.optional(
                  "rows",
                  STRUCTURE,
                  "Rows as blocks of keys; columns left out are null. A text is a record as it is on the topic.",
                  "[{click_id: x, clicked_at: 2026-01-01 10:00:00}, 'no JSON']"),
              Option.withDefault(
                      "format",
                      TEXT,
                      "dict",
                      "How rows are written: blocks of keys, comma-separated, a SELECT, or a record a line as on the topic.")
                  .oneOf("dict", "csv", "sql", "raw"),
              FIXTURE,
              Option.withDefault(
                  "partition",
                  INTEGER,
                  "0",
                  "The topic's partition. Partitions that no step names are not there."))
          .verbatim("input", "rows", "fixture");

  private static final Block EXPECT =
      Block.of(
              "expectation",
              "What is expected now.",
              Option.optional(
                  "rows",
                  STRUCTURE,
                  "The model's rows, in any order, in the columns that are named.",
                  "[{click_id: x}]"),
              Option.withDefault(
                      "format",
                      TEXT,
                      "dict",
                      "How rows are written: blocks of keys, comma-separated, or a SELECT.")
                  .oneOf("dict", "csv", "sql"),
              FIXTURE,
              Option.optional(
                  "changes",
                  STRUCTURE,
                  "What this step changed in the model's rows; `_w` is 1 for a row that came, -1 for one that went.",
                  "[{_w: 1, click_id: x}]"),
              Option.optional(
                  "late",
                  STRUCTURE,
                  "What is in `system.late`: how many records, or rows of its columns.",
                  "1"),
              Option.optional("rejected", STRUCTURE, "The same of `system.rejected`.", "1"),
              Option.optional("duplicates", STRUCTURE, "The same of `system.duplicates`.", "0"),
              Option.optional(
                  "watermarks",
                  STRUCTURE,
                  "Watermarks by `source.stream`; `none` while nothing is known, `infinity` behind the end.",
                  "{ads.clicks: 2026-01-01 09:59:50}"))
          .verbatim("rows", "fixture", "changes", "late", "rejected", "duplicates", "watermarks");

  private static final Option AT =
      Option.optional(
          "at",
          TEXT,
          "Where the clock stands; without it, at the newest event time that was given.",
          "2026-01-01 10:00:00");

  private static final Block STEP =
      Block.of(
              "step",
              "What happens one after the other. Within a step: the clock, a restart, rows as one batch, the"
                  + " watermark, ends, what is expected.",
              AT,
              Option.optional("advance", DURATION, "How far the clock moves on.", "10 seconds"),
              Option.withDefault(
                  "restart",
                  BOOLEAN,
                  "false",
                  "The store is closed and opened again, as by a restart."))
          .with("given", Shape.LIST, INPUT)
          .plus(
              java.util.List.of(
                  Option.optional(
                      "watermark",
                      TEXT,
                      "Where the watermark of inputs given as `ref()` moves; sources have their own.",
                      "2026-01-01 10:00:00"),
                  Option.optional(
                      "end",
                      TEXTS,
                      "Inputs that will never have another row, or `all`.",
                      "source('ads', 'clicks')")))
          .with("expect", Shape.ONE, EXPECT)
          .verbatim("end");

  private static final Block OVERRIDES =
      Block.of(
          "overrides",
          "What templates see in this test alone.",
          Option.optional("vars", STRUCTURE, "Variables by name.", "{attribution_window: 1 hour}"),
          Option.optional("env_vars", STRUCTURE, "Environment variables by name.", "{REGION: eu}"),
          Option.optional(
              "macros", STRUCTURE, "What macros return, by name.", "{is_incremental: false}"));

  private static final Block CONFIG =
      Block.of(
              "configuration",
              "Its configuration.",
              Option.optional("tags", TEXTS, "Words to select it by.", "[late_events]"),
              Option.withDefault("enabled", BOOLEAN, "true", "False leaves the test out."),
              Option.optional("meta", STRUCTURE, "As in dbt; no effect yet.", ""))
          .verbatim("meta");

  /** A unit test. */
  static final Block TEST =
      Block.of(
              "unit test",
              "Unit tests of models, run by `millrace test`: rows given, a table expected.",
              Option.required("name", TEXT, "Unique for its model.", "a_late_click_counts"),
              Option.required("model", TEXT, "The model that is tested.", "campaign_minutes"),
              Option.optional("description", TEXT, "What it shows, in Markdown.", ""),
              AT)
          .with("given", Shape.LIST, INPUT)
          .with("steps", Shape.LIST, STEP)
          .with("expect", Shape.ONE, EXPECT)
          .with("overrides", Shape.ONE, OVERRIDES)
          .with("config", Shape.ONE, CONFIG)
          .plus(
              java.util.List.of(
                  Option.optional("versions", STRUCTURE, "As in dbt; no effect yet.", "")))
          .verbatim("description", "versions");

  private UnitTestFormat() {}
}
