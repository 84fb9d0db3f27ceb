package dev.millrace.engine.flow;

import dev.millrace.engine.admission.Admission;
import java.util.List;

/**
 * One connected component of sources and streams.
 *
 * @param name its name: the first source's
 * @param sources at least one
 * @param streams each after those it reads
 * @param tables what streams read that are kept up to date elsewhere
 */
public record FlowParts(
    String name, List<Admission> sources, List<StreamRun> streams, List<TableInput> tables) {
  /** Copies the lists. */
  public FlowParts {
    sources = List.copyOf(sources);
    streams = List.copyOf(streams);
    tables = List.copyOf(tables);
  }

  /** A component whose streams read nothing else. */
  public FlowParts(String name, List<Admission> sources, List<StreamRun> streams) {
    this(name, sources, streams, List.of());
  }
}
