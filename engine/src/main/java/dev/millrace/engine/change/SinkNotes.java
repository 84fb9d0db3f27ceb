package dev.millrace.engine.change;

import dev.millrace.engine.change.Definition.SinkDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** What a person should know of a sink that is delivered again. */
final class SinkNotes {
  private SinkNotes() {}

  static List<String> of(SinkDefinition old, SinkDefinition sink, boolean toTopic) {
    List<String> notes = new ArrayList<>();
    if (!old.hasSameTarget(sink)) {
      notes.add(
          "`" + sink.table() + "` gets the whole table; `" + old.table() + "` stays as it is");
      return notes;
    }
    if (!sink.isKeyed()) {
      notes.add(
          "appends only: gets rows that the old table had not; what the new one no longer has stays in `"
              + sink.table()
              + "`");
    }
    if (sink.isKeyed()
        && old.isKeyed()
        && !new HashSet<>(old.key()).equals(new HashSet<>(sink.key()))) {
      notes.add(
          "its key was "
              + old.key()
              + (toTopic
                  ? ": records under the old keys stay in topic `" + sink.table() + "`"
                  : ": drop the unique index that `"
                      + sink.table()
                      + "` has on it, or name another table"));
    }
    if (!old.columns().equals(sink.columns())) {
      notes.add(
          toTopic
              ? "its columns are others: records in `"
                  + sink.table()
                  + "` have other fields from now on"
              : "its columns are others: `"
                  + sink.table()
                  + "` needs those that are added (`add_columns: true` adds them)");
    }
    return notes;
  }
}
