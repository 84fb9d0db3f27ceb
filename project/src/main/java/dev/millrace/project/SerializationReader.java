package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.option.Option;
import dev.millrace.project.RecordFormat.Encoding;
import dev.millrace.project.RecordFormat.Field;
import dev.millrace.project.RecordFormat.Part;
import dev.millrace.project.RecordFormat.Serialization;
import dev.millrace.project.option.OptionBlock;
import java.util.List;
import java.util.Locale;

/** Reads how the records of a stream are written, and checks that somebody has their schemas. */
final class SerializationReader {
  /** The type of systems that keep schemas. */
  static final String REGISTRY = "schema_registry";

  private final SystemNames systems;
  private final Problems problems;

  SerializationReader(SystemNames systems, Problems problems) {
    this.systems = systems;
    this.problems = problems;
  }

  /**
   * The format with how it is written.
   *
   * @param options of the connector's streams; one of them may be called {@code format} too
   * @param written true if a connector writes the topic in this target
   */
  RecordFormat read(
      OptionBlock stream, RecordFormat format, List<Option> options, boolean written) {
    boolean own = options.stream().noneMatch(o -> o.name().equals(ProjectFormat.FORMAT));
    Serialization values = own ? named(stream, ProjectFormat.FORMAT) : Serialization.JSON;
    Serialization keys = named(stream, ProjectFormat.KEY_FORMAT);
    RecordFormat read = format.written(values, keys);
    if (read.usesRegistry()) {
      String key = values.usesRegistry() ? ProjectFormat.FORMAT : ProjectFormat.KEY_FORMAT;
      checkRegistry(stream, key);
      if (written) {
        checkWritten(stream, read);
      }
    }
    return read;
  }

  private static Serialization named(OptionBlock stream, String key) {
    return stream
        .text(key)
        .map(f -> Serialization.valueOf(f.toUpperCase(Locale.ROOT)))
        .orElse(Serialization.JSON);
  }

  private void checkRegistry(OptionBlock stream, String key) {
    List<SystemSpec> registries =
        systems.target().systems().stream().filter(s -> s.type().equals(REGISTRY)).toList();
    if (registries.isEmpty() && !systems.declared().contains(REGISTRY)) {
      problems.error(
          ProjectError.UNKNOWN_SYSTEM,
          stream.where(key),
          "target `%s` has no schema registry, and `%s: %s` needs one"
              .formatted(systems.target().name(), key, stream.text(key).orElse("")),
          "add `schema_registry: embedded` to it in millrace.yml, or the `url` of one");
    } else if (registries.size() > 1) {
      problems.error(
          ProjectError.BAD_VALUE,
          registries.get(1).where(),
          "target `" + systems.target().name() + "` has more than one schema registry",
          "leave one of them");
    }
  }

  /** A connector's rows become records with a field for each column. */
  private void checkWritten(OptionBlock stream, RecordFormat format) {
    if (format.values() == Serialization.JSON_SCHEMA
        || format.keys() == Serialization.JSON_SCHEMA) {
      problems.error(
          ProjectError.NOT_SUPPORTED,
          stream.where(
              format.values() == Serialization.JSON_SCHEMA
                  ? ProjectFormat.FORMAT
                  : ProjectFormat.KEY_FORMAT),
          "connectors do not write `json_schema` yet",
          "write `avro` or `protobuf`, or leave it out for JSON");
    }
    if (format.keys() == Serialization.PROTOBUF) {
      problems.error(
          ProjectError.NOT_SUPPORTED,
          stream.where(ProjectFormat.KEY_FORMAT),
          "the keys that connectors write are texts, and Protobuf has messages only",
          "write `avro`, or leave it out for texts as they are");
    }
    for (int i = 0; i < format.fields().size() && format.values().usesRegistry(); i++) {
      Field field = format.fields().get(i);
      boolean plain =
          field.part() != Part.REST
              && (field.part() != Part.VALUE || Field.topLevel(field.paths().get(0)).isPresent());
      if (!plain || field.encoding() == Encoding.HEX) {
        problems.error(
            ProjectError.BAD_VALUE,
            stream.blocks("columns").get(i).where(),
            "column `%s` is no field of the records that the connector writes in %s"
                .formatted(
                    stream.blocks("columns").get(i).text("name").orElse(""),
                    format.values() == Serialization.PROTOBUF ? "Protobuf" : "Avro"),
            "make it a field of its own: without `from: rest`, `from: value`, a path that goes"
                + " deeper, or `encoding: hex`");
      }
    }
  }
}
