package dev.millrace.api.connect;

import dev.millrace.api.option.Options;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a source is opened with.
 *
 * @param name the source's name in the project
 * @param system the options of the system that the source names, its type by {@link #systemType};
 *     empty without one
 * @param systemType the type of that system, one of {@link SourceConnector#systemTypes()}
 * @param options the options of the source
 * @param streams the streams to read, in the order of the file
 * @param position what {@link SourceBatch#position()} last committed; empty on the first start
 * @param ledger what {@link SourceBatch#ledger()} committed; empty for a connector without one
 * @param scope what the keys of the ledger depend on now, as {@link SourceConnector#ledgerScope}
 *     says it; empty if that is not looked at
 * @param folder the project's, against which relative paths in options are resolved
 * @param clock the time; tests move it by hand
 */
public record SourceContext(
    String name,
    Options system,
    Optional<String> systemType,
    Options options,
    List<StreamDeclaration> streams,
    Optional<String> position,
    Ledger ledger,
    Map<String, String> scope,
    Path folder,
    Clock clock) {
  /** Copies the list. */
  public SourceContext {
    streams = List.copyOf(streams);
  }

  /** What a source without a system and a ledger is opened with. */
  public SourceContext(
      String name,
      Options system,
      Options options,
      List<StreamDeclaration> streams,
      Optional<String> position,
      Clock clock) {
    this(
        name,
        system,
        Optional.empty(),
        options,
        streams,
        position,
        Ledger.EMPTY,
        Map.of(),
        Path.of(""),
        clock);
  }

  /** The same with a ledger. */
  public SourceContext with(Ledger committed) {
    return new SourceContext(
        name, system, systemType, options, streams, position, committed, scope, folder, clock);
  }
}
