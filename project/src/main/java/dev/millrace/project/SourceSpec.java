package dev.millrace.project;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Options;
import java.util.List;
import java.util.Optional;

/**
 * What comes in.
 *
 * @param name the first argument of {@code source()}
 * @param connector who writes its topics in this target; empty if somebody else does
 * @param system the target's system that the connector reads from; empty if it names none
 * @param ledger the target's system in which others share its ledger; empty if it is in Kafka only
 * @param options the connector's source options; empty options without a connector
 * @param streams its streams, at least one
 * @param where its place
 */
public record SourceSpec(
    String name,
    Optional<String> connector,
    Optional<String> system,
    Optional<String> ledger,
    Options options,
    List<StreamSpec> streams,
    SourceLocation where) {
  /** Copies the list. */
  public SourceSpec {
    streams = List.copyOf(streams);
  }

  /** A source that names no system. */
  public SourceSpec(
      String name,
      Optional<String> connector,
      Options options,
      List<StreamSpec> streams,
      SourceLocation where) {
    this(name, connector, Optional.empty(), Optional.empty(), options, streams, where);
  }
}
