package dev.millrace.log;

import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.option.Options;
import dev.millrace.formats.RecordEncoding;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One source of a project and where its records go.
 *
 * @param project the project's name; with {@code source} it names the writer, so that a second one
 *     is noticed
 * @param source the source's name
 * @param connector opens it
 * @param system options of the system it reads from
 * @param systemType the type of that system; empty if it names none
 * @param ledger options of the system in which it keeps its ledger for others to share; empty if
 *     only the topic has it
 * @param options of the source
 * @param streams in the order of the file
 * @param topics the topic of each stream, by the stream's name; the topics exist
 * @param scope what the keys of its ledger depend on; empty if that is not looked at
 * @param folder the project's
 * @param encodings how records of streams are written that are not written as the connector gives
 *     them, by the stream's name
 * @param clock the time that the source sees
 */
public record SourceTask(
    String project,
    String source,
    SourceConnector connector,
    Options system,
    Optional<String> systemType,
    Optional<Options> ledger,
    Options options,
    List<StreamDeclaration> streams,
    Map<String, String> topics,
    Map<String, String> scope,
    Path folder,
    Map<String, RecordEncoding> encodings,
    Clock clock) {
  /** Copies the collections. */
  public SourceTask {
    streams = List.copyOf(streams);
    topics = Map.copyOf(topics);
    scope = Map.copyOf(scope);
    encodings = Map.copyOf(encodings);
  }

  /** A source without a system. */
  public SourceTask(
      String project,
      String source,
      SourceConnector connector,
      Options system,
      Options options,
      List<StreamDeclaration> streams,
      Map<String, String> topics,
      Clock clock) {
    this(
        project,
        source,
        connector,
        system,
        Optional.empty(),
        Optional.empty(),
        options,
        streams,
        topics,
        Map.of(),
        Path.of(""),
        Map.of(),
        clock);
  }

  /** Names the source among all projects that share a cluster. */
  String key() {
    return project + "/" + source;
  }
}
