package dev.millrace.lake;

import dev.millrace.api.connect.SinkDeclaration;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.type.DataType;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks a sink's block in view of the columns that it delivers. */
final class SinkCheck {
  private static final long LEAST_FILE = 1L << 20;

  private final SinkDeclaration sink;
  private final Problems problems;

  SinkCheck(SinkDeclaration sink, Problems problems) {
    this.sink = sink;
    this.problems = problems;
  }

  /** Adds every problem. */
  void run() {
    if (!sink.table().matches("[^.]+(\\.[^.]+)?")) {
      error(
          "table",
          "`" + sink.table() + "` is no name of a table",
          "write `table` or `schema.table`");
    }
    for (String text : sink.options().texts(LakeOptions.PARTITION_BY)) {
      checkPartition(text);
    }
    sink.options()
        .optionalText(LakeOptions.LIVE_VIEW)
        .filter(name -> !name.matches("[A-Za-z_]\\w*"))
        .ifPresent(
            name ->
                error(
                    LakeOptions.LIVE_VIEW,
                    "`" + name + "` is no name of a view",
                    "use letters, digits and underscores"));
    for (String name : sink.key()) {
      if (sink.schema().column(name).filter(c -> c.type() instanceof DataType.MapOf).isPresent()) {
        error(
            "key",
            "column `" + name + "` is a map, which tells no rows apart",
            "select the parts that matter as columns of their own");
      }
    }
    if (sink.options().number(LakeOptions.FILE_SIZE) < LEAST_FILE) {
      error(LakeOptions.FILE_SIZE, "files of less than 1 MB are no use", "128MB is a good size");
    }
    if (sink.options().duration(LakeOptions.KEEP_VERSIONS).compareTo(Duration.ofMinutes(1)) < 0) {
      error(
          LakeOptions.KEEP_VERSIONS,
          "a reader needs the files of the version that it reads for longer than that",
          "write at least 1 minute");
    }
  }

  private void checkPartition(String text) {
    Optional<PartitionField> field = PartitionField.parse(text);
    if (field.isEmpty()) {
      error(
          LakeOptions.PARTITION_BY,
          "`" + text + "` is no partition",
          "write a column, or `day(at)`, `month(at)`, `'bucket(16, id)'`, the last one in quotes");
    } else if (sink.schema().column(field.get().column()).isEmpty()) {
      error(
          LakeOptions.PARTITION_BY,
          "the stream has no column `" + field.get().column() + "`",
          Suggestion.didYouMean(field.get().column(), sink.schema().names()));
    } else {
      Partitioning.fault(LakeTypes.schema(sink.schema()), field.get())
          .ifPresent(fault -> error(LakeOptions.PARTITION_BY, fault, null));
    }
  }

  private void error(String option, String message, @Nullable String hint) {
    problems.error(
        LakeError.SINK_OPTION,
        sink.places().apply(option),
        "sink `" + sink.name() + "`: " + message,
        hint);
  }
}
