package dev.millrace.engine;

import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.engine.change.LedgerScopes;
import dev.millrace.formats.RecordEncoding;
import dev.millrace.formats.RegistryEncoding;
import dev.millrace.formats.RegistryEncoding.Written;
import dev.millrace.formats.SchemaType;
import dev.millrace.log.SourceTask;
import dev.millrace.project.Project;
import dev.millrace.project.RecordFormat;
import dev.millrace.project.RecordFormat.Encoding;
import dev.millrace.project.RecordFormat.Serialization;
import dev.millrace.project.SourceSpec;
import dev.millrace.project.StreamSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a project's sources are run with. Thread-safe. */
final class SourceTasks {
  private final Project project;
  private final EngineOptions options;
  private final Map<String, Options> systems;
  private final TargetRegistry registry;

  /**
   * Those of a project.
   *
   * @param systems the options of those that run by now, by name; more may come
   */
  SourceTasks(Project project, EngineOptions options, Map<String, Options> systems) {
    this.project = project;
    this.options = options;
    this.systems = systems;
    this.registry = new TargetRegistry(project.target(), systems);
  }

  /** The connector of each source that this project runs, by the source's name. */
  Map<String, SourceConnector> connectors() {
    Map<String, SourceConnector> connectors = new LinkedHashMap<>();
    for (SourceSpec source : project.sources()) {
      source
          .connector()
          .map(options.sources()::get)
          .ifPresent(c -> connectors.put(source.name(), c));
    }
    return connectors;
  }

  /** True if the systems run that a source needs. */
  boolean isReady(SourceSpec source) {
    return source.system().map(systems::containsKey).orElse(true) && isLedgerReady(source);
  }

  /** True if the system runs that keeps a source's ledger. */
  boolean isLedgerReady(SourceSpec source) {
    return source.ledger().map(systems::containsKey).orElse(true);
  }

  private Map<String, String> scope(SourceSpec source) {
    return LedgerScopes.of(project, source, options.sources());
  }

  /** The task of a source with a connector, whose ledger's system runs. */
  SourceTask of(SourceSpec source) {
    Map<String, String> topics = new HashMap<>();
    source.streams().forEach(s -> topics.put(s.name(), s.topic()));
    return new SourceTask(
        project.name(),
        source.name(),
        Optional.ofNullable(options.sources().get(source.connector().orElseThrow())).orElseThrow(),
        source
            .system()
            .flatMap(s -> Optional.ofNullable(systems.get(s)))
            .orElse(new Options(List.of(), Map.of())),
        source.system().map(s -> project.target().system(s).orElseThrow().type()),
        source.ledger().map(s -> Optional.ofNullable(systems.get(s)).orElseThrow()),
        source.options(),
        source.streams().stream().map(StreamSpec::declaration).toList(),
        topics,
        scope(source),
        project.folder(),
        encodings(source),
        options.clock());
  }

  /** How records of a source's streams are written that are not JSON, by the stream's name. */
  private Map<String, RecordEncoding> encodings(SourceSpec source) {
    Map<String, RecordEncoding> encodings = new HashMap<>();
    for (StreamSpec stream : source.streams()) {
      RecordFormat format = stream.format();
      if (format.usesRegistry()) {
        encodings.put(
            stream.name(),
            new RegistryEncoding(
                stream.topic(),
                written(format.values(), fields(stream)),
                written(format.keys(), List.of()),
                registry));
      }
    }
    return encodings;
  }

  /** Of what a connector writes; {@code check} has refused what it does not write. */
  private static Optional<Written> written(Serialization how, List<Column> columns) {
    return switch (how) {
      case JSON, JSON_SCHEMA -> Optional.empty();
      case AVRO -> Optional.of(new Written(SchemaType.AVRO, columns));
      case PROTOBUF -> Optional.of(new Written(SchemaType.PROTOBUF, columns));
    };
  }

  /** The fields of a stream's values, with the types that they are written in. */
  private static List<Column> fields(StreamSpec stream) {
    List<Column> fields = new ArrayList<>();
    List<Column> columns = stream.declaration().schema().columns();
    for (int i = 0; i < columns.size(); i++) {
      RecordFormat.Field field = stream.format().fields().get(i);
      boolean number = field.encoding() != Encoding.PLAIN && field.encoding() != Encoding.BASE64;
      DataType type = number ? new DataType.Scalar(DataType.Kind.BIGINT) : columns.get(i).type();
      if (field.part() == RecordFormat.Part.VALUE) {
        RecordFormat.Field.topLevel(field.paths().get(0))
            .ifPresent(name -> fields.add(new Column(name, type)));
      }
    }
    return fields;
  }
}
