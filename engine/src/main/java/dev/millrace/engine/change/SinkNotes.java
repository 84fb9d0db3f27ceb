package dev.millrace.engine.change;

import dev.millrace.engine.change.AssetChange.Verdict;
import dev.millrace.engine.change.Definition.SinkDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a person should know of a sink that is delivered again, or cannot be. */
final class SinkNotes {
  private final SinkDefinition old;
  private final SinkDefinition sink;
  private final boolean toTopic;

  /**
   * Of a sink that was another one.
   *
   * @param toTopic true if its target is a topic
   */
  SinkNotes(SinkDefinition old, SinkDefinition sink, boolean toTopic) {
    this.old = old;
    this.sink = sink;
    this.toTopic = toTopic;
  }

  /**
   * Why the target cannot go on: it is another one; or it is a topic, whose records stay as they
   * were written while those to come would say the same in another way. Empty if it can.
   */
  Optional<AssetChange> refusal() {
    if (!old.table().equals(sink.table()) && old.system().equals(sink.system())) {
      return Optional.of(
          cannot(
              other(toTopic ? "topic" : "table", old.table(), sink.table()),
              "give the sink another name too: then the new one gets everything, and the old one stays"));
    }
    if (!toTopic || !old.hasSameTarget(sink)) {
      return Optional.empty();
    }
    List<String> reasons = new ArrayList<>();
    if (!old.mode().equals(sink.mode())) {
      reasons.add(other("mode", lower(old.mode()), lower(sink.mode())));
    } else if (!old.key().equals(sink.key())) {
      reasons.add(other("key", old.key().toString(), sink.key().toString()));
    }
    if (!old.hasSameForm(sink)) {
      reasons.add(other("format", old.form(), sink.form()));
    }
    return reasons.isEmpty()
        ? Optional.empty()
        : Optional.of(
            cannot(
                String.join(", ", reasons)
                    + "; the records that topic `"
                    + sink.table()
                    + "` has would stay as they are, and mean something else to its readers",
                "undo the edit, or give the sink another name and another `topic`: that one gets everything, and `"
                    + sink.table()
                    + "` stays as it is"));
  }

  private AssetChange cannot(String reason, String hint) {
    return new AssetChange("sink", sink.name(), Verdict.CANNOT, reason, List.of(hint));
  }

  private static String other(String what, String was, String is) {
    return "its " + what + " was `" + was + "` and is `" + is + "`";
  }

  private static String lower(String mode) {
    return mode.toLowerCase(Locale.ROOT);
  }

  /** What else to know if it can. */
  List<String> notes() {
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
    if (sink.isKeyed() && !old.isKeyed()) {
      notes.add(
          "it appended until now: rows that are in `"
              + sink.table()
              + "` and not in what it delivered last stay there");
    }
    if (sink.isKeyed()
        && old.isKeyed()
        && !new HashSet<>(old.key()).equals(new HashSet<>(sink.key()))) {
      notes.add(
          "its key was "
              + old.key()
              + ": drop the unique index that `"
              + sink.table()
              + "` has on it, or name another table");
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
