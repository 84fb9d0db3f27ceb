package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.project.RecordFormat.Part;
import dev.millrace.project.option.OptionBlock;
import java.util.List;

/** Reads what happens when the records of a stream have other fields than are declared. */
final class SchemaChangeReader {
  private final Problems problems;

  SchemaChangeReader(Problems problems) {
    this.problems = problems;
  }

  /** True if a record that does not fit stops the flow. */
  boolean stops(OptionBlock stream, RecordFormat format) {
    String policy = stream.text("on_schema_change").orElse("pin");
    boolean rest = format.reads(Part.REST);
    if (policy.equals("follow") && !rest) {
      problems.error(
          ProjectError.MISSING_KEY,
          stream.where("on_schema_change"),
          "`on_schema_change: follow` needs a column for fields that are no column",
          "add `{name: rest, type: JSON, from: rest}` to `columns`");
    }
    boolean rejected = stream.text("extra_fields").filter("reject"::equals).isPresent();
    if (rest && (rejected || policy.equals("stop"))) {
      problems.error(
          ProjectError.BAD_VALUE,
          stream.where(rejected ? "extra_fields" : "on_schema_change"),
          "a column is `from: rest`, and fields that are no column are refused",
          "keep them, with `on_schema_change: follow`, or remove the column");
    }
    boolean stop = policy.equals("stop");
    for (String key : List.of("extra_fields", "on_bad")) {
      if (stop && stream.given(key)) {
        problems.error(
            ProjectError.BAD_VALUE,
            stream.keyPlace(key),
            "`" + key + "` does not go with `on_schema_change: stop`",
            "remove it: whatever does not fit stops the flow");
      }
    }
    return stop;
  }
}
