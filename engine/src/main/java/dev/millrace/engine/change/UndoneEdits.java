package dev.millrace.engine.change;

import dev.millrace.engine.change.Definition.SourceDefinition;
import dev.millrace.engine.change.Definition.StreamDefinition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which streams an edit that was under way has left whole, and as they are wanted again: they go on
 * from where they stand, with the rows that have come since. All that is filled of a flow does, or
 * nothing: what it reads has to stand at the same place. Tables that builds make, and the rows of
 * change data, are not kept as they were there.
 */
final class UndoneEdits {
  private final StoredProject stored;
  private final Map<String, StreamDefinition> streams;
  private final Map<String, SourceDefinition> sources;
  private final Set<String> filled;
  private final Set<String> others;

  private UndoneEdits(
      StoredProject stored,
      Map<String, StreamDefinition> streams,
      Map<String, SourceDefinition> sources,
      Set<String> filled,
      Set<String> others) {
    this.stored = stored;
    this.streams = streams;
    this.sources = sources;
    this.filled = filled;
    this.others = others;
  }

  /**
   * The streams among {@code filled}, with the places where they stand.
   *
   * @param others whose rows would be others, though their programs are as before
   */
  static Map<String, String> of(
      StoredProject stored,
      Map<String, StreamDefinition> streams,
      Map<String, SourceDefinition> sources,
      Set<String> filled,
      Set<String> others) {
    UndoneEdits edits = new UndoneEdits(stored, streams, sources, filled, others);
    Map<String, String> undone = new HashMap<>();
    for (String name : filled) {
      String place = stored.standing().get(name);
      Set<String> together = edits.flow(name);
      together.retainAll(filled);
      if (place != null
          && together.stream()
              .allMatch(o -> place.equals(stored.standing().get(o)) && edits.isWhole(o))) {
        undone.put(name, place);
      }
    }
    return undone;
  }

  /** The streams and sources of the flow to which a stream belongs. */
  private Set<String> flow(String name) {
    Set<String> flow = new HashSet<>(Set.of(name));
    boolean more = true;
    while (more) {
      more = false;
      for (StreamDefinition stream : streams.values()) {
        if (flow.contains(stream.name()) || stream.inputs().stream().anyMatch(flow::contains)) {
          more |= flow.add(stream.name()) | flow.addAll(stream.inputs());
        }
      }
    }
    return flow;
  }

  private boolean isWhole(String name) {
    StreamDefinition stream = streams.get(name);
    Optional<StreamDefinition> old = stored.stream(name);
    if (stream == null || old.isEmpty()) {
      return false;
    }
    boolean keepsLonger =
        !old.get().isComplete()
            && (stream.isComplete() || stream.retainMicros() > old.get().retainMicros());
    return old.get().fingerprint().equals(stream.fingerprint())
        && !keepsLonger
        && !others.contains(name)
        && stream.inputs().stream().allMatch(this::isWholeInput);
  }

  private boolean isWholeInput(String input) {
    if (streams.containsKey(input)) {
      return filled.contains(input);
    }
    SourceDefinition source = sources.get(input);
    return source != null && source.changes().isEmpty();
  }
}
