package dev.millrace.sql;

import dev.millrace.sql.random.Part;
import java.util.List;

/**
 * A case whose queries can be made smaller.
 *
 * @param whole whether all steps of a stream are one statement
 */
record RandomCase(
    String zone,
    boolean whole,
    List<StreamCase.Source> sources,
    List<Draft> drafts,
    List<StreamCase.Batch> batches) {
  /** Copies the lists. */
  RandomCase {
    sources = List.copyOf(sources);
    drafts = List.copyOf(drafts);
    batches = List.copyOf(batches);
  }

  /** A stream whose query can be made smaller. */
  record Draft(String name, boolean onClose, Part part) {
    StreamCase.Stream stream() {
      return new StreamCase.Stream(name, onClose, part.sql());
    }
  }

  RandomCase withDrafts(List<Draft> drafts) {
    return new RandomCase(zone, whole, sources, drafts, batches);
  }

  RandomCase withBatches(List<StreamCase.Batch> batches) {
    return new RandomCase(zone, whole, sources, drafts, batches);
  }

  RandomCase withSources(List<StreamCase.Source> sources) {
    return new RandomCase(zone, whole, sources, drafts, batches);
  }

  RandomCase withZone(String zone) {
    return new RandomCase(zone, whole, sources, drafts, batches);
  }

  StreamCase plain() {
    return new StreamCase(zone, sources, drafts.stream().map(Draft::stream).toList(), batches);
  }

  /** Runs it from beginning to end. */
  void run() throws Exception {
    try (Pipeline pipeline = new Pipeline(zone, whole)) {
      for (StreamCase.Source source : sources) {
        pipeline.source(source);
      }
      for (Draft draft : drafts) {
        pipeline.stream(draft.name(), draft.part().sql(), draft.onClose());
      }
      for (StreamCase.Batch batch : batches) {
        pipeline.batch(batch);
        pipeline.check();
      }
    }
  }

  @Override
  public String toString() {
    return plain().toString();
  }
}
