package dev.millrace.connect.generator;

import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import java.nio.file.Path;
import java.util.List;

/**
 * Simulated events, at a rate or a fixed number of them, live or in the past, with fields by
 * distribution, streams that follow others, disorder, late, repeated and malformed records. The
 * same seed gives the same records.
 *
 * <p>The block {@code generate} of a stream:
 *
 * <pre>{@code
 * generate:
 *   fields:                       # one for each column; any may have `nulls: 5%` beside its kind
 *     a: {sequence: "imp-%010d"}               # 1, 2, 3 ...; or {format, from}. In a stream that
 *                                              # follows another, numbers have gaps
 *     b: {uniform: {from: 1, to: 6}}           # whole numbers, both included; with `decimals: 2`
 *                                              # or times as bounds also between them
 *     c: {zipf: {from: 1, to: 40, exponent: 1.1}}
 *     d: {normal: {mean: 20, deviation: 5, min: 0, max: 40, decimals: 1}}
 *     e: {lognormal: {median: 8, sigma: 1.2, max: 900, decimals: 3}}
 *     f: {choice: {DE: 30, FR: 20}}            # weights; or a list of equal chances
 *     g: {constant: web}
 *     h: {boolean: 20%}                        # the share of true
 *     i: {uuid: true}
 *     j: {words: {from: 3, to: 8}}
 *     k: {event_time: true}                    # or {format: iso | s | ms | us}
 *     l: {field: a}                            # of the event followed, else of this event
 *   key: a                        # the field that is the record's key; without it there is none
 *   rate: 200                     # only in streams that follow none; else the source's
 *   total: 100_000                # likewise
 *   follows: {stream: other, share: 12%, delay: {lognormal: {median: 8 seconds, sigma: 1.2}}}
 *   disorder: 3 seconds           # arrival after the event time, at most
 *   late: {share: 2%, by: {from: 15 seconds, to: 90 seconds}}
 *   malformed: 1%                 # or {share, kinds}: truncated, garbage, wrong_type, missing_time,
 *                                 # null_time, far_future
 *   duplicates: {share: 1%, within: 20 seconds}
 *   files: {folder: drops, name: "calls_{time}.csv.gz", broken: 2%}    # with `files_every`
 * }</pre>
 *
 * <p>Streams may be written by {@code actors} instead: each goes from state to state as a state
 * machine says, with sessions, attributes and rows of catalogues; a state emits records. The idea
 * is that of EventSim. The blocks are in the manual, {@code docs/sources.md}.
 *
 * <p>Where numbers are drawn, {@code format: "user-%06d"} makes texts of them. When the
 * configuration changes, the next start goes on with new events; what was still under way is given
 * up.
 */
public final class GeneratorConnector implements SourceConnector {
  private static final List<Option> SOURCE_OPTIONS =
      List.of(
          Option.withDefault(
              "rate",
              OptionType.NUMBER,
              "1000",
              "Events each second of every stream that follows no other."),
          Option.optional(
              "total",
              OptionType.INTEGER,
              "How many events every stream that follows no other has; the source then ends."
                  + " Without it there is no end.",
              "1_000_000"),
          Option.withDefault("seed", OptionType.INTEGER, "1", "Another seed gives other events."),
          Option.optional(
              "start",
              OptionType.TEXT,
              "The first event's time. Events then are not bound to the clock: they come as fast"
                  + " as they are taken, or with `speed`.",
              "2026-01-01"),
          Option.optional(
              "speed",
              OptionType.NUMBER,
              "With `start`: how many times faster than the clock events come.",
              "60"),
          Option.withDefault(
              "catch_up",
              OptionType.BOOLEAN,
              "false",
              "Without `start`: make up for the time in which Millrace did not run."),
          Option.optional(
              "bursts",
              OptionType.STRUCTURE,
              "Times of a higher rate.",
              "{every: 1 minute, for: 5 seconds, factor: 4}"),
          Option.optional(
              "end",
              OptionType.TEXT,
              "The time before which the last event arrives; the source then ends, and goes on if it is"
                  + " opened with a later one.",
              "2026-02-01"),
          Option.optional(
              "history",
              OptionType.DURATION,
              "How long before the clock's time the first event happens: what is in the past comes as"
                  + " fast as it is taken, what follows as it happens. As with `actors`, a time in"
                  + " which Millrace does not run is made up for.",
              "90 days"),
          Option.optional(
              "actors",
              OptionType.STRUCTURE,
              "Actors who come, go from state to state, and leave; states emit records. Blocks:"
                  + " `population`, `since`, `signups`, `lifetime`, `attributes`, `catalogues`,"
                  + " `sessions`, `states`.",
              "{population: 1000, sessions: {between: 1 day, first: {Home: 1}}, states: {Home: {emits:"
                  + " [views], stay: 20 seconds, next: {Home: 2, end: 1}}}}"),
          Option.optional(
              "files_every",
              OptionType.DURATION,
              "Events become files instead of records: for each stream one of such a span, as its"
                  + " `generate` says in `files: {folder, name, broken}`. The name holds `{time}` and"
                  + " ends in `.csv` or `.json` (JSON lines), perhaps with `.gz`, `.zip` or"
                  + " `.tar.gz` behind it; `broken` is the share of files that are cut off.",
              "10 seconds"));

  private static final List<Option> STREAM_OPTIONS =
      List.of(
          Option.required(
              "generate",
              OptionType.STRUCTURE,
              "What the stream's events are like: `fields` and `key`; `rate` and `total`, or"
                  + " `follows`; `disorder`, `late`, `malformed`, `duplicates`, `files`.",
              "{fields: {id: {sequence: \"e-%d\"}, at: {event_time: true}}}"));

  /** Found through {@link java.util.ServiceLoader}. */
  public GeneratorConnector() {}

  @Override
  public String name() {
    return "generator";
  }

  @Override
  public String summary() {
    return "Simulated events with fields by distribution, the same for the same seed.";
  }

  @Override
  public List<Option> systemOptions() {
    return List.of();
  }

  @Override
  public List<Option> sourceOptions() {
    return SOURCE_OPTIONS;
  }

  @Override
  public List<Option> streamOptions() {
    return STREAM_OPTIONS;
  }

  @Override
  public void check(
      Options options,
      List<StreamDeclaration> streams,
      SourceLocation where,
      Path folder,
      Problems problems) {
    new PlanReader(options, streams, where, folder, problems).read();
  }

  @Override
  public Source open(SourceContext context) {
    Problems problems = new Problems();
    SourcePlan plan =
        new PlanReader(
                context.options(),
                context.streams(),
                SourceLocation.ofFile("sources: " + context.name()),
                context.folder(),
                problems)
            .read();
    problems.throwIfErrors();
    if (plan == null) {
      throw new StopException(problems.all());
    }
    return new GeneratorSource(plan, context);
  }
}
