package dev.millrace.lake;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import java.util.List;

/** The options of a sink. */
final class LakeOptions {
  static final String CREATE_TABLE = "create_table";
  static final String ADD_COLUMNS = "add_columns";
  static final String WIDEN_COLUMNS = "widen_columns";
  static final String PARTITION_BY = "partition_by";
  static final String COMMIT_INTERVAL = "commit_interval";
  static final String FILE_SIZE = "file_size";
  static final String COMPACT = "compact";
  static final String KEEP_VERSIONS = "keep_versions";
  static final String LIVE_VIEW = "live_view";

  static final List<Option> SINK =
      List.of(
          Option.withDefault(
              CREATE_TABLE, OptionType.BOOLEAN, "true", "Creates the table where it is missing."),
          Option.withDefault(
              ADD_COLUMNS,
              OptionType.BOOLEAN,
              "false",
              "Adds columns that an existing table lacks; its old rows have null in them."),
          Option.withDefault(
              WIDEN_COLUMNS,
              OptionType.BOOLEAN,
              "false",
              "Gives a column of an existing table the wider type that the stream has: INTEGER to"
                  + " BIGINT, FLOAT to DOUBLE, a decimal to one of more digits."),
          Option.optional(
              PARTITION_BY,
              OptionType.TEXTS,
              "How the rows of a table that is created are parted into files: by columns, by"
                  + " `year`, `month`, `day` or `hour` of a time (in UTC), by `bucket(n, column)` or"
                  + " `truncate(n, column)`.",
              "[day(at)]"),
          Option.withDefault(
              COMMIT_INTERVAL,
              OptionType.DURATION,
              "60s",
              "How often the table gets a new version. Shorter is fresher, and makes more files."),
          Option.withDefault(
              FILE_SIZE,
              OptionType.SIZE,
              "128MB",
              "How large files are to become, about, by compaction."),
          Option.withDefault(
              COMPACT,
              OptionType.BOOLEAN,
              "true",
              "Writes small files together into larger ones, as soon as a partition has eight of"
                  + " about the same size or they fill a file; and what is left of a partition that"
                  + " gets no more."),
          Option.withDefault(
              KEEP_VERSIONS,
              OptionType.DURATION,
              "1 day",
              "How long earlier versions of the table can be read; their files stay so long."),
          Option.optional(
              LIVE_VIEW,
              OptionType.TEXT,
              "The name of a view in Millrace's store: the table's rows and those of the stream that"
                  + " are not in it yet, each once.",
              "clicks_all"));

  private LakeOptions() {}
}
