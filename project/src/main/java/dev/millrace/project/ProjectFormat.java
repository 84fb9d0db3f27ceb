package dev.millrace.project;

import static dev.millrace.api.option.OptionType.BOOLEAN;
import static dev.millrace.api.option.OptionType.DURATION;
import static dev.millrace.api.option.OptionType.INTEGER;
import static dev.millrace.api.option.OptionType.SIZE;
import static dev.millrace.api.option.OptionType.STRUCTURE;
import static dev.millrace.api.option.OptionType.TEXT;
import static dev.millrace.api.option.OptionType.TEXTS;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.project.option.Block;
import dev.millrace.project.option.Block.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every key that a project's files may have, declared once. */
final class ProjectFormat {
  private static final Option NAME =
      Option.required("name", TEXT, "Letters, digits and underscores; unique.", "clicks");
  private static final Option DESCRIPTION =
      Option.optional("description", TEXT, "What it is, in Markdown.", "One row for each click.");

  /** Keys of a system besides those of its type. */
  static final Block SYSTEM =
      Block.of(
          "system",
          "A system that a target connects to: `embedded`, or a block of keys.",
          Option.optional(
              "type",
              TEXT,
              "`kafka` or a connector's name; the system's own name if left out.",
              "postgres"),
          Option.withDefault(
              "embedded",
              BOOLEAN,
              "false",
              "Millrace starts the real thing itself, under `.millrace/`."));

  static final Block PROJECT =
      Block.of(
              "project",
              "The project: its name, variables and targets.",
              Option.required("name", TEXT, "Lower case letters, digits and underscores.", "ads"),
              DESCRIPTION,
              Option.withDefault("time_zone", TEXT, "UTC", "The time zone of every connection."),
              Option.optional("vars", STRUCTURE, "What `var()` returns, by name.", "{days: 7}"),
              Option.optional(
                  "default_target",
                  TEXT,
                  "The target without `--target`; the first one if left out.",
                  "dev"),
              Option.optional(
                  "targets",
                  STRUCTURE,
                  "Where the project runs: by name of the target, the systems it connects to by"
                      + " name.",
                  "{dev: {kafka: embedded}}"),
              Option.optional(
                  "models",
                  STRUCTURE,
                  "Configuration by project and folder; keys begin with `+`.",
                  "{ads: {staging: {+materialized: ephemeral}}}"))
          .verbatim("targets", "description", "models");

  static final Block UNIQUE =
      Block.of(
          "unique",
          "Which repeats are dropped at admission; they are in `system.duplicates`.",
          Option.required("key", TEXT, "The column that names an event.", "click_id"),
          Option.required(
              "within", DURATION, "How far apart repeats may be in event time.", "2 minutes"));

  private static final Block COLUMN =
      Block.of(
              "column",
              "The columns of the stream's records, in order.",
              Option.required(
                  "name", TEXT, "The field's name, unless `from` says another.", "clicked_at"),
              Option.required("type", TEXT, "As DuckDB writes it.", "TIMESTAMPTZ"),
              Option.optional(
                  "from",
                  TEXT,
                  "Where in a record it is: `$.field.deeper` of the value, `value`, `key`,"
                      + " `key.$.field`, `header.name`, `envelope.$.field`, `rest`, `timestamp`,"
                      + " `topic`, `partition`, `offset`.",
                  "$.user.id"),
              Option.optional(
                  "aliases",
                  TEXTS,
                  "Other names of the field, such as those it had before; the first that a record"
                      + " has is read.",
                  "[client_id]"),
              Option.withDefault(
                      "encoding",
                      TEXT,
                      "plain",
                      "How JSON writes the value: `plain` as DuckDB reads it; BLOB in `base64`"
                          + " (what is meant if left out) or `hex`; a number of `seconds`,"
                          + " `millis`, `micros`, `nanos` or `days` since 1970, for TIME since"
                          + " midnight.")
                  .oneOf("plain", "base64", "hex", "seconds", "millis", "micros", "nanos", "days"),
              DESCRIPTION,
              later("data_tests", STRUCTURE),
              later("tests", STRUCTURE),
              later("tags", TEXTS),
              later("meta", STRUCTURE))
          .verbatim("description", "data_tests", "tests", "meta");

  /** How a stream's values are written. */
  static final String FORMAT = "format";

  /** How a stream's keys are written. */
  static final String KEY_FORMAT = "key_format";

  static final Block STREAM =
      Block.of(
              "stream",
              "The streams of a source; each is a topic.",
              NAME,
              DESCRIPTION,
              Option.optional(
                  "topic", TEXT, "The topic; `source.stream` if left out.", "ads.clicks"),
              Option.withDefault(
                  "partitions",
                  INTEGER,
                  "1",
                  "How many partitions a missing topic is created with."),
              Option.optional(
                  "event_time",
                  TEXT,
                  "The column that says when an event happened; required unless records are"
                      + " `changes`.",
                  "clicked_at"),
              Option.optional(
                      "changes",
                      TEXT,
                      "Records change rows: `upsert` for the newest row of each key, or none (a"
                          + " tombstone); `debezium` for its change events.",
                      "upsert")
                  .oneOf("upsert", "debezium"),
              Option.withDefault(
                      FORMAT,
                      TEXT,
                      "json",
                      "How the records' values are written: JSON, or behind the id of their schema"
                          + " in the target's schema registry.")
                  .oneOf("json", "avro", "protobuf", "json_schema"),
              Option.withDefault(
                      KEY_FORMAT,
                      TEXT,
                      "json",
                      "How the records' keys are written: JSON or a text, or as for `format`.")
                  .oneOf("json", "avro", "protobuf", "json_schema"),
              Option.optional(
                  "key", TEXTS, "With `changes`: the columns that tell rows apart.", "[id]"),
              Option.withDefault(
                  "allowed_lateness",
                  DURATION,
                  "10 seconds",
                  "How far the watermark stays behind the newest event time; older rows are late."),
              Option.withDefault(
                  "max_ahead",
                  DURATION,
                  "1 minute",
                  "How far an event time may be ahead of the clock; rows further ahead are"
                      + " rejected."),
              Option.withDefault(
                  "idle_after",
                  DURATION,
                  "5 seconds",
                  "How long a partition is silent before it no longer holds the watermark back."),
              Option.withDefault(
                      "on_schema_change",
                      TEXT,
                      "pin",
                      "What happens when records have other fields than are declared: `pin` reads"
                          + " what is declared; `follow` keeps the others in the column that is"
                          + " `from: rest`; `stop` stops the flow before the first record that does"
                          + " not fit.")
                  .oneOf("follow", "pin", "stop"),
              Option.withDefault(
                      "extra_fields",
                      TEXT,
                      "ignore",
                      "What happens to a record with a field that is no column.")
                  .oneOf("ignore", "reject"),
              Option.withDefault(
                      "on_bad",
                      TEXT,
                      "set_aside",
                      "What happens when a record is rejected: it is kept in `system.rejected`, and"
                          + " the flow goes on or stops.")
                  .oneOf("set_aside", "fail"),
              Option.withDefault("max_record", SIZE, "1MB", "A larger record is rejected."),
              later("tags", TEXTS),
              later("meta", STRUCTURE))
          .with("unique", Shape.ONE, UNIQUE)
          .withRequired("columns", Shape.LIST, COLUMN)
          .verbatim("description", "meta");

  /**
   * Keys of a source besides its connector's; its streams are read with the connector's keys too.
   */
  static final Block SOURCE =
      Block.of(
              "source",
              "What comes in: a name, who writes its topics, and its streams.",
              NAME,
              DESCRIPTION,
              Option.optional(
                  "connector",
                  TEXT,
                  "Who writes its topics; left out where somebody else does.",
                  "generator"),
              Option.optional(
                  "system",
                  TEXT,
                  "The target's system that the connector reads from, if it reads from one.",
                  "sftp"),
              Option.withDefault(
                  "ledger",
                  TEXT,
                  "kafka",
                  "Where it is kept what was read of each file: in Kafka, or also in a system of"
                      + " the target where other tools share it (connector `files`: one of type"
                      + " `redis`)."),
              Option.optional(
                  "only_in",
                  TEXTS,
                  "The targets in which the connector runs; all if left out.",
                  "[dev]"),
              later("tags", TEXTS),
              later("meta", STRUCTURE))
          .withRequired("streams", Shape.LIST, STREAM)
          .verbatim("description", "meta");

  static final Block SINK =
      Block.of(
              "sink",
              "Where a stream's changes go.",
              Option.required(
                  "name",
                  TEXT,
                  "Unique; with the project's name it names the position kept in the system.",
                  "clicks"),
              DESCRIPTION,
              Option.required("from", TEXT, "The model that it delivers.", "campaign_minutes"),
              Option.required("system", TEXT, "The target's system that it writes to.", "postgres"),
              Option.optional(
                  "table",
                  TEXT,
                  "The table there, perhaps with a schema before a dot; the sink's name if left"
                      + " out. A sink to Kafka has a `topic` instead.",
                  "ads.clicks"),
              Option.required(
                      "mode",
                      TEXT,
                      "Insert every row, keep one row for each key, or (Kafka) write every change"
                          + " in Debezium's envelope.",
                      "upsert")
                  .oneOf("append", "upsert", "debezium"),
              Option.optional(
                  "key",
                  TEXTS,
                  "The key's columns, for `mode: upsert` and `mode: debezium`.",
                  "[campaign_id, minute]"),
              Option.withDefault(
                  "outbox",
                  SIZE,
                  "1GB",
                  "How much may wait for a system that is down before upserts are compacted, or the"
                      + " flow pauses."))
          .verbatim("description");

  private static final Block MODEL_COLUMN =
      Block.of(
              "column",
              "The model's columns.",
              Option.required("name", TEXT, "The column's name.", "clicks"),
              DESCRIPTION,
              later("data_type", TEXT),
              later("data_tests", STRUCTURE),
              later("tests", STRUCTURE),
              later("constraints", STRUCTURE),
              later("config", STRUCTURE),
              later("quote", BOOLEAN),
              later("tags", TEXTS),
              later("meta", STRUCTURE))
          .verbatim("description", "data_tests", "tests", "constraints", "config", "meta");

  static final Block MODEL_CONFIG =
      Block.of(
              "model configuration",
              "How a model lives: in its `config()`, in its properties, or under `models` in"
                  + " millrace.yml.",
              Option.withDefault(
                      "materialized",
                      TEXT,
                      "view",
                      "Kept up to date continuously; inlined where it is read; a view; a table that"
                          + " `millrace build` replaces, or to which it adds what is new.")
                  .oneOf("stream", "ephemeral", "view", "table", "incremental"),
              Option.withDefault(
                      "emit",
                      TEXT,
                      "on_change",
                      "When a stream's rows are published: after every batch, or once when the"
                          + " watermark has passed their window.")
                  .oneOf("on_change", "on_close"),
              Option.optional(
                  "retain",
                  DURATION,
                  "How long a stream's rows are kept behind the watermark; for ever if left out.",
                  "2 days"),
              Option.withDefault(
                  "start",
                  TEXT,
                  "beginning",
                  "Which rows of its sources a stream is made of: all, those whose event time is"
                      + " not before the first run with it (`now`), or those not before a time."),
              Option.optional(
                  "lookup",
                  STRUCTURE,
                  "Tables that builds make, by name: `as_of_processing` lets a stream's row stay as"
                      + " it was made, whatever becomes of the table later.",
                  "{products: as_of_processing}"),
              Option.withDefault("enabled", BOOLEAN, "true", "False leaves the model out."),
              later("tags", TEXTS),
              later("meta", STRUCTURE),
              later("docs", STRUCTURE),
              later("group", TEXT),
              later("access", TEXT),
              later("contract", STRUCTURE),
              later("grants", STRUCTURE),
              later("persist_docs", STRUCTURE),
              later("quoting", STRUCTURE),
              later("event_time", TEXT))
          .verbatim("lookup", "meta", "docs", "contract", "grants", "persist_docs", "quoting");

  static final Block MODEL =
      Block.of(
              "model",
              "Words about a model whose SQL is in a file of its name.",
              Option.required(
                  "name", TEXT, "The name of its file without `.sql`.", "campaign_minutes"),
              DESCRIPTION,
              Option.optional(
                  "config",
                  STRUCTURE,
                  "Its configuration; the model's own `config()` goes before it.",
                  "{materialized: stream}"),
              later("data_tests", STRUCTURE),
              later("tests", STRUCTURE),
              later("constraints", STRUCTURE),
              later("docs", STRUCTURE),
              later("group", TEXT),
              later("access", TEXT),
              later("latest_version", TEXT),
              later("versions", STRUCTURE),
              later("tags", TEXTS),
              later("meta", STRUCTURE))
          .with("columns", Shape.LIST, MODEL_COLUMN)
          .verbatim(
              "description",
              "config",
              "data_tests",
              "tests",
              "constraints",
              "docs",
              "versions",
              "meta");

  /** The root of every file in `sources/`, `models/` and `sinks/`. */
  static final Block PROPERTIES =
      Block.of(
              "file",
              "A file in `sources/`, `models/` or `sinks/`; each may hold sources, models and"
                  + " sinks.",
              later("version", TEXT),
              later("seeds", STRUCTURE),
              later("snapshots", STRUCTURE),
              later("macros", STRUCTURE),
              later("exposures", STRUCTURE),
              later("metrics", STRUCTURE),
              later("semantic_models", STRUCTURE),
              later("saved_queries", STRUCTURE),
              later("data_tests", STRUCTURE),
              later("analyses", STRUCTURE),
              later("groups", STRUCTURE),
              Option.optional("sources", STRUCTURE, SOURCE.text(), ""),
              Option.optional("sinks", STRUCTURE, SINK.text(), ""))
          .with("models", Shape.LIST, MODEL)
          .with("unit_tests", Shape.LIST, UnitTestFormat.TEST)
          .verbatim(
              "sources",
              "sinks",
              "seeds",
              "snapshots",
              "macros",
              "exposures",
              "metrics",
              "semantic_models",
              "saved_queries",
              "data_tests",
              "analyses",
              "groups");

  static final Block TIME =
      Block.of(
          "time",
          "The time ranges that a viewer can choose.",
          Option.withDefault("ranges", TEXTS, "15 minutes, 1 hour, 6 hours, 1 day", "Durations."),
          Option.optional(
              "default", DURATION, "One of them; the shortest if left out.", "15 minutes"));

  private static final Block FILTER =
      Block.of(
          "filter",
          "A choice at the top; a panel reads it as `$name`, which is NULL while nothing is"
              + " chosen.",
          Option.required("name", TEXT, "The parameter, without `$`.", "campaign"),
          Option.optional(
              "label", TEXT, "What the viewer reads; the name if left out.", "Campaign"),
          Option.required(
              "sql",
              TEXT,
              "A SELECT of one column: the choices.",
              "SELECT DISTINCT country FROM clicks"));

  private static final Block PANEL =
      Block.of(
          "panel",
          "The charts, in reading order.",
          Option.required("title", TEXT, "What stands above it.", "Clicks by device"),
          Option.required("type", TEXT, "How its rows are drawn.", "line")
              .oneOf("number", "line", "bar", "pie", "heatmap", "table"),
          Option.required(
              "sql",
              TEXT,
              "A SELECT over the project's tables; `$from` and `$to` are the time range.",
              "SELECT count(*) FROM clicks"),
          Option.optional("x", TEXT, "The column along the axis, or the slice's name.", "minute"),
          Option.optional("y", TEXTS, "The columns drawn as values.", "[clicks]"),
          Option.optional(
              "series",
              TEXT,
              "The column that splits rows into several lines, bars or rows of cells.",
              "country"),
          Option.withDefault(
              "format",
              TEXT,
              "number",
              "How values are written: `number`, `percent`, `bytes`, `duration`, or a currency such"
                  + " as `EUR`."),
          Option.withDefault("width", INTEGER, "6", "In twelfths of the page, 1 to 12."),
          Option.optional(
              "text",
              TEXT,
              "What it shows, for the hint at its title and for screen readers.",
              "Clicks for each impression"));

  static final Block DASHBOARD =
      Block.of(
              "dashboard",
              "A page of panels; its file's name is part of its address.",
              Option.required("title", TEXT, "Shown at the top.", "Advertising, live"),
              DESCRIPTION)
          .with("time", Shape.ONE, TIME)
          .with("filters", Shape.LIST, FILTER)
          .withRequired("panels", Shape.LIST, PANEL)
          .verbatim("description");

  private ProjectFormat() {}

  /** A stream's keys, with those of its source's connector. */
  static Block stream(List<Option> connectorOptions) {
    // A connector that reads files has a `format` of theirs; its topics are JSON.
    List<Option> own = new ArrayList<>(STREAM.options());
    own.removeIf(o -> connectorOptions.stream().anyMatch(c -> c.name().equals(o.name())));
    own.addAll(connectorOptions);
    return new Block(STREAM.title(), STREAM.text(), own, STREAM.nested(), STREAM.verbatim());
  }

  /** A source's keys, with those of its connector. */
  static Block source(List<Option> sourceOptions, List<Option> streamOptions) {
    List<Option> own = new ArrayList<>(SOURCE.options());
    own.removeIf(o -> o.name().equals("streams"));
    own.addAll(sourceOptions);
    return new Block(SOURCE.title(), SOURCE.text(), own, Map.of(), SOURCE.verbatim())
        .withRequired("streams", Shape.LIST, stream(streamOptions));
  }

  /** Keys that dbt has and that do nothing here yet. */
  private static Option later(String name, OptionType type) {
    return Option.optional(name, type, "As in dbt; no effect yet.", "");
  }
}
