package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.project.ColumnReader.Columns;
import dev.millrace.project.RecordFormat.Changes;
import dev.millrace.project.RecordFormat.Part;
import dev.millrace.project.option.OptionBlock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads what the records of a source's stream mean, and checks what goes with change data. */
final class ChangesReader {
  /** Keys of a stream that say something about event time, which change data does not have. */
  private static final List<String> OF_EVENT_TIME =
      List.of("event_time", "allowed_lateness", "max_ahead", "idle_after", "unique");

  /** What has more than one text for the same value, or is no value at all. */
  private static final Set<DataType.Kind> NO_KEYS =
      EnumSet.of(
          DataType.Kind.FLOAT,
          DataType.Kind.DOUBLE,
          DataType.Kind.BLOB,
          DataType.Kind.INTERVAL,
          DataType.Kind.JSON);

  private final Problems problems;

  ChangesReader(Problems problems) {
    this.problems = problems;
  }

  RecordFormat read(OptionBlock stream, Columns columns) {
    Changes changes =
        stream
            .text("changes")
            .map(c -> Changes.valueOf(c.toUpperCase(Locale.ROOT)))
            .orElse(Changes.NONE);
    if (changes == Changes.NONE) {
      checkRows(stream);
    } else {
      checkChanges(stream);
      checkNames(stream);
    }
    if (changes != Changes.DEBEZIUM) {
      checkEnvelope(stream, columns);
    }
    return new RecordFormat(changes, key(stream, columns.columns()), columns.fields());
  }

  private void checkRows(OptionBlock stream) {
    if (!stream.given("event_time")) {
      problems.error(
          ProjectError.MISSING_KEY,
          stream.where(),
          stream.text("name").map(n -> "stream `" + n + "`").orElse("stream")
              + " has no `event_time`",
          "add `event_time`, such as `event_time: clicked_at`: the column that says when an event"
              + " happened; or `changes`, if records change rows");
    }
    if (stream.given("key")) {
      problems.error(
          ProjectError.BAD_VALUE,
          stream.keyPlace("key"),
          "`key` is for change data, and the stream has no `changes`",
          "add `changes: upsert` or `changes: debezium`; repeats of rows are dropped by `unique`");
    }
  }

  private void checkChanges(OptionBlock stream) {
    for (String key : OF_EVENT_TIME) {
      if (stream.given(key)) {
        problems.error(
            ProjectError.BAD_VALUE,
            stream.keyPlace(key),
            "`" + key + "` does not go with `changes`",
            key.equals("unique")
                ? "a record changes the row of its key: nothing is a repeat; remove it"
                : "change data is never late and has no watermark; remove it");
      }
    }
    if (!stream.given("key")) {
      problems.error(
          ProjectError.MISSING_KEY,
          stream.where("changes"),
          "change data needs a `key`",
          "add `key: [id]`: the columns that tell its rows apart");
    }
  }

  /** Millrace keeps columns of its own beside those of change data. */
  private void checkNames(OptionBlock stream) {
    for (OptionBlock column : stream.blocks("columns")) {
      column
          .located("name")
          .filter(n -> n.text().startsWith("_"))
          .ifPresent(
              n ->
                  problems.error(
                      ProjectError.BAD_NAME,
                      n.where(),
                      "a column of change data cannot begin with `_`",
                      "give it another name, and its field with `from: $." + n.text() + "`"));
    }
  }

  private void checkEnvelope(OptionBlock stream, Columns columns) {
    for (int i = 0; i < columns.fields().size(); i++) {
      if (columns.fields().get(i).part() == Part.ENVELOPE) {
        String name = columns.columns().get(i).name();
        stream.blocks("columns").stream()
            .filter(c -> c.text("name").filter(name::equals).isPresent())
            .forEach(
                c ->
                    problems.error(
                        ProjectError.BAD_VALUE,
                        c.where("from"),
                        "only change events of Debezium have an envelope",
                        "add `changes: debezium` to the stream, or read the value: `$.field`"));
      }
    }
  }

  private List<String> key(OptionBlock stream, List<Column> columns) {
    List<String> key = new ArrayList<>();
    Schema schema = new Schema(columns);
    for (OptionBlock.Located name : stream.list("key")) {
      var column = schema.column(name.text());
      if (column.isEmpty()) {
        if (!columns.isEmpty()) {
          String hint = Suggestion.didYouMean(name.text(), schema.names());
          problems.error(
              ProjectError.UNKNOWN_COLUMN,
              name.where(),
              "no column `" + name.text() + "` in this stream",
              hint != null
                  ? hint
                  : "its columns are `" + String.join("`, `", schema.names()) + "`");
        }
      } else if (!isKeyType(column.get().type())) {
        problems.error(
            ProjectError.BAD_VALUE,
            name.where(),
            "`" + name.text() + "` has type " + column.get().type() + ", which tells no rows apart",
            "a key is made of texts, whole numbers, decimals, UUIDs, dates and times");
      } else if (key.contains(column.get().name())) {
        problems.error(
            ProjectError.BAD_VALUE, name.where(), "`" + name.text() + "` is twice in `key`", null);
      } else {
        key.add(column.get().name());
      }
    }
    return key;
  }

  private static boolean isKeyType(DataType type) {
    return type == ColumnReader.UNKNOWN_TYPE
        || type instanceof DataType.Decimal
        || type instanceof DataType.Enumeration
        || type instanceof DataType.Scalar scalar && !NO_KEYS.contains(scalar.kind());
  }
}
