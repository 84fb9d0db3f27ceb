package dev.millrace.connect.files;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import java.util.List;

/** What a project may say of a source of files and of its streams. */
final class FilesOptions {
  static final Option FOLDER =
      Option.withDefault(
          "folder",
          OptionType.TEXT,
          ".",
          "The folder to read: of the system, below the folder of its address; without `system` of"
              + " this machine, relative to the project's.");
  static final Option ORDER =
      Option.withDefault(
              "order",
              OptionType.TEXT,
              "name",
              "Which of the files that are there is read first: by path, or the one that was changed"
                  + " first.")
          .oneOf("name", "time");
  static final Option POLL =
      Option.withDefault(
          "poll", OptionType.DURATION, "1s", "How long to wait before looking for files again.");
  static final Option POLL_SLOWEST =
      Option.withDefault(
          "poll_slowest",
          OptionType.DURATION,
          "5s",
          "While nothing comes, the wait doubles up to this; what comes or changes in a folder of this"
              + " machine ends it.");
  static final Option STABLE_FOR =
      Option.withDefault(
          "stable_for",
          OptionType.DURATION,
          "2s",
          "A file is complete once its size and time have not changed for so long.");
  static final Option MIN_AGE =
      Option.withDefault(
          "min_age",
          OptionType.DURATION,
          "0s",
          "A file is complete once its time is so long ago, by this machine's clock.");
  static final Option MARKER =
      Option.optional(
          "marker",
          OptionType.TEXT,
          "A file is complete once this file, which is not read, stands beside it; `{name}` is the"
              + " file's name.",
          "{name}.done");
  static final Option IGNORE =
      Option.withDefault(
          "ignore",
          OptionType.TEXTS,
          ".*, *.tmp, *.part, *.filepart",
          "Names that are not read, for those who write under such a name and rename at the end.");
  static final Option IDENTITY =
      Option.withDefault(
              "identity",
              OptionType.TEXT,
              "path_time_size",
              "What makes a file another one, to be read: its path; its path, time or size; or its"
                  + " content (SHA-256, for which each file is read twice).")
          .oneOf("path", "path_time_size", "content");
  static final Option FORGET_AFTER =
      Option.optional(
          "forget_after",
          OptionType.DURATION,
          "How long a file has to be gone until the ledger forgets it; without it, it never does. One"
              + " that is still there is never forgotten; one that comes back later is read again.",
          "90 days");
  static final Option AFTER =
      Option.withDefault("after", OptionType.TEXT, "leave", "What happens to a file that was read.")
          .oneOf("leave", "delete", "move", "rename");
  static final Option MOVE_TO =
      Option.optional(
          "move_to",
          OptionType.TEXT,
          "With `after: move`: the folder below `folder` to which files go, under the path that they"
              + " had.",
          "done");
  static final Option RENAME_TO =
      Option.optional(
          "rename_to",
          OptionType.TEXT,
          "With `after: rename`: the new name; `{name}` is the one that it had.",
          "{name}.read");
  static final Option QUARANTINE =
      Option.optional(
          "quarantine",
          OptionType.TEXT,
          "The folder below `folder` to which files go that cannot be read; without it they stay.",
          "failed");
  static final Option ONCE =
      Option.withDefault(
          "once",
          OptionType.BOOLEAN,
          "false",
          "Whether the source ends once everything that is there is read.");
  static final Option MAX_UNPACKED =
      Option.withDefault(
          "max_unpacked", OptionType.SIZE, "1TB", "A file that unpacks to more than that fails.");
  static final Option MAX_RATIO =
      Option.withDefault(
          "max_ratio",
          OptionType.NUMBER,
          "250",
          "A file that unpacks to more than so many times its size fails, from 16 MB on.");
  static final Option MAX_ENTRIES =
      Option.withDefault(
          "max_entries",
          OptionType.INTEGER,
          "100000",
          "An archive with more files than that fails.");

  static final Option SPOOL =
      Option.withDefault(
          "spool",
          OptionType.TEXT,
          ".millrace/spool",
          "The folder of this machine for a Parquet file of a server, or one that is packed, while"
              + " it is read; relative to the project's.");
  static final Option MAX_SPOOL =
      Option.withDefault(
          "max_spool",
          OptionType.SIZE,
          "10GB",
          "Such a file fails if it is larger than that, unpacked.");

  static final List<Option> SOURCE =
      List.of(
          FOLDER,
          ORDER,
          POLL,
          POLL_SLOWEST,
          STABLE_FOR,
          MIN_AGE,
          MARKER,
          IGNORE,
          IDENTITY,
          FORGET_AFTER,
          AFTER,
          MOVE_TO,
          RENAME_TO,
          QUARANTINE,
          ONCE,
          MAX_UNPACKED,
          MAX_RATIO,
          MAX_ENTRIES,
          SPOOL,
          MAX_SPOOL);

  static final Option FILES =
      Option.required(
          "files",
          OptionType.TEXTS,
          "Which files hold its rows: paths below `folder` with `*`, `?`, `[ab]`, `{a,b}`, and `**`"
              + " for any folders.",
          "[cdr/**/*.csv.gz]");
  static final Option ENTRIES =
      Option.withDefault(
          "entries",
          OptionType.TEXTS,
          "**",
          "Which files of an archive hold its rows, by their path in it.");
  static final Option FORMAT =
      Option.withDefault(
              "format",
              OptionType.TEXT,
              "auto",
              "How they are written. `auto` tells Avro, Parquet, JSON lines (`{`) and a JSON array (`[`) by"
                  + " their first bytes; else `.json`, `.jsonl` and `.ndjson` are JSON lines, `.txt`"
                  + " and `.log` plain lines, and all others CSV.")
          .oneOf("auto", "csv", "json_lines", "json_array", "lines", "avro", "parquet");
  static final Option ENCODING =
      Option.withDefault(
          "encoding",
          OptionType.TEXT,
          "auto",
          "The charset of text, such as `windows-1252`. `auto` is what a byte order mark says, else"
              + " UTF-8 if the first 64 KB are that, else windows-1252.");
  static final Option DELIMITER =
      Option.withDefault(
          "delimiter", OptionType.TEXT, ",", "CSV: what stands between fields; `tab` for a tab.");
  static final Option QUOTE =
      Option.withDefault(
          "quote",
          OptionType.TEXT,
          "\"",
          "CSV: what stands around fields with delimiters or newlines; `none` for nothing.");
  static final Option ESCAPE =
      Option.withDefault(
          "escape",
          OptionType.TEXT,
          "none",
          "CSV: what stands before a quote within quotes, besides another quote.");
  static final Option COMMENT =
      Option.withDefault(
          "comment", OptionType.TEXT, "none", "CSV: what lines begin with that are no rows.");
  static final Option HEADER =
      Option.withDefault(
          "header", OptionType.BOOLEAN, "true", "CSV: whether the first row names the fields.");
  static final Option FIELDS =
      Option.optional(
          "fields",
          OptionType.TEXTS,
          "CSV: names of the fields in their order, instead of the header's; without either they are"
              + " the stream's columns.",
          "[caller, callee, at]");
  static final Option SKIP_LINES =
      Option.withDefault(
          "skip_lines", OptionType.INTEGER, "0", "CSV: lines to pass over before the first row.");
  static final Option NULL_TEXT =
      Option.optional(
          "null_text",
          OptionType.TEXT,
          "CSV: what a field has that is null; nothing at all if left out. Within quotes it is a"
              + " text.",
          "\\N");
  static final Option SHORT_ROWS =
      Option.withDefault(
              "short_rows",
              OptionType.TEXT,
              "reject",
              "CSV: what happens to a row with fewer fields than the header; one with more is always"
                  + " rejected.")
          .oneOf("reject", "pad");
  static final Option RECORD_KEY =
      Option.optional(
          "record_key",
          OptionType.TEXT,
          "The field whose text is the record's key in the topic.",
          "caller");
  static final Option MAX_ROW =
      Option.withDefault("max_row", OptionType.SIZE, "1MB", "A longer row is rejected.");

  static final List<Option> STREAM =
      List.of(
          FILES,
          ENTRIES,
          FORMAT,
          ENCODING,
          DELIMITER,
          QUOTE,
          ESCAPE,
          COMMENT,
          HEADER,
          FIELDS,
          SKIP_LINES,
          NULL_TEXT,
          SHORT_ROWS,
          RECORD_KEY,
          MAX_ROW);

  private FilesOptions() {}
}
