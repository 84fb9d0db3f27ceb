package dev.millrace.api.connect;

import dev.millrace.api.option.Options;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * What a source is opened with.
 *
 * @param name the source's name in the project
 * @param system the options of the system, empty for connectors without one
 * @param options the options of the source
 * @param streams the streams to read, in the order of the file
 * @param position what {@link SourceBatch#position()} last committed; empty on the first start
 * @param clock the time; tests move it by hand
 */
public record SourceContext(
    String name,
    Options system,
    Options options,
    List<StreamDeclaration> streams,
    Optional<String> position,
    Clock clock) {
  /** Copies the list. */
  public SourceContext {
    streams = List.copyOf(streams);
  }
}
