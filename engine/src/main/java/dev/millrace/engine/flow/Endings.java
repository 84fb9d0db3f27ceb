package dev.millrace.engine.flow;

import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.log.PartitionLag;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The sources that will never have another record than those in their topics. Once all of them is
 * read their watermarks go to the end. Any thread may {@link #add}; the rest is for the flow's.
 */
final class Endings {
  private final List<Admission> sources;
  private final Set<String> expected = ConcurrentHashMap.newKeySet();

  Endings(List<Admission> sources) {
    this.sources = sources;
  }

  /** A stream of a source ({@code source.stream}) has ended. */
  void add(String stream) {
    expected.add(stream);
  }

  /** Those whose end is not committed. */
  Set<String> expected() {
    return expected;
  }

  /**
   * Moves watermarks to the end.
   *
   * @param ends how far each partition is read, measured after the sources had ended; null if
   *     nobody has measured
   * @param measured the sources that this holds for
   * @return true if one moved
   */
  boolean apply(@Nullable List<PartitionLag> ends, Set<String> measured) {
    if (ends == null) {
      return false;
    }
    boolean moved = false;
    for (Admission source : sources) {
      boolean read =
          ends.stream()
              .filter(l -> l.topic().equals(source.stream().topic()))
              .allMatch(PartitionLag::caughtUp);
      if (read && measured.contains(source.stream().qualifiedName())) {
        source.watermarks().end();
        moved = true;
      }
    }
    return moved;
  }

  /** An end is known for good only once it is committed; until then it is tried again. */
  void committed() {
    for (Admission source : sources) {
      if (source.watermarks().micros() == Watermarks.ENDED) {
        expected.remove(source.stream().qualifiedName());
      }
    }
  }
}
