package dev.millrace.connect.clickhouse;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import java.util.List;

/** The options of a sink. */
final class TableOptions {
  static final String CREATE_TABLE = "create_table";
  static final String ADD_COLUMNS = "add_columns";
  static final String ORDER_BY = "order_by";
  static final String PARTITION_BY = "partition_by";
  static final String TTL = "ttl";
  static final String TTL_COLUMN = "ttl_column";
  static final String VIEW = "view";
  static final String DEDUPLICATION_WINDOW = "deduplication_window";
  static final String SETTINGS = "settings";
  static final String FILL = "fill";

  static final List<Option> ALL =
      List.of(
          Option.withDefault(
              CREATE_TABLE,
              OptionType.BOOLEAN,
              "true",
              "Creates the database, the table and the view where they are missing."),
          Option.withDefault(
              ADD_COLUMNS,
              OptionType.BOOLEAN,
              "false",
              "Adds columns that an existing table lacks; its old rows have null in them."),
          Option.optional(
              ORDER_BY,
              OptionType.TEXTS,
              "How a table that is created sorts its rows: columns, or functions of times as for"
                  + " `partition_by`. With `mode: upsert` the key's columns in another order; the"
                  + " key if left out. With `mode: append` nothing if left out.",
              "[campaign_id, toStartOfHour(at)]"),
          Option.optional(
              PARTITION_BY,
              OptionType.TEXTS,
              "What parts a table that is created is kept in: columns, or of a column of a time "
                  + String.join(", ", KeyExpression.functions())
                  + " (in UTC). With `mode: upsert` only columns of the key.",
              "[toYYYYMM(at)]"),
          Option.optional(
              TTL,
              OptionType.DURATION,
              "How long ClickHouse keeps a row of a table that is created, after the time in"
                  + " `ttl_column`; a row without that time stays.",
              "90 days"),
          Option.optional(
              TTL_COLUMN,
              OptionType.TEXT,
              "The column of the time behind which `ttl` counts.",
              "at"),
          Option.withDefault(
              VIEW,
              OptionType.BOOLEAN,
              "true",
              "With `mode: upsert`, creates the view `<table>_final` of the rows as they are now, so"
                  + " that readers need not know of FINAL."),
          Option.withDefault(
              DEDUPLICATION_WINDOW,
              OptionType.INTEGER,
              "1000",
              "How many inserts into a table that is created the server knows again."),
          Option.optional(
              FILL,
              OptionType.TEXTS,
              "Parquet files whose rows the table gets before the first of the stream: patterns with"
                  + " `*` and `**`, relative to the project's folder.",
              "[exports/*.parquet]"),
          Option.optional(
              SETTINGS,
              OptionType.STRUCTURE,
              "Settings of MergeTree for a table that is created.",
              "{storage_policy: cold}"),
          Option.withDefault(
                  Adaptation.UNSUPPORTED_VALUES,
                  OptionType.TEXT,
                  Adaptation.ADAPT,
                  "What happens to a value that ClickHouse cannot hold: `adapt` makes the nearest"
                      + " date of one outside of 1900 to 2299, and an empty list, map or struct of a"
                      + " null one; `stop` stops the sink.")
              .oneOf(Adaptation.ADAPT, Adaptation.STOP));

  private TableOptions() {}
}
