package dev.millrace.project;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Schema;
import java.util.List;
import java.util.Optional;

/**
 * What the records of a stream's topic are: whether each is a row or a change of one, and where in
 * a record the columns are.
 *
 * @param changes what a record means
 * @param key the columns that tell rows of change data apart; none where records are rows
 * @param fields where each column is, in the order of the columns
 * @param values how values are written
 * @param keys how keys are written
 */
public record RecordFormat(
    Changes changes,
    List<String> key,
    List<Field> fields,
    Serialization values,
    Serialization keys) {
  /** The path of a whole value, key or envelope. */
  public static final String WHOLE = "$";

  /** Copies the lists. */
  public RecordFormat {
    key = List.copyOf(key);
    fields = List.copyOf(fields);
  }

  /** Records whose values are JSON, and keys texts. */
  public RecordFormat(Changes changes, List<String> key, List<Field> fields) {
    this(changes, key, fields, Serialization.JSON, Serialization.JSON);
  }

  /** The same, written otherwise. */
  public RecordFormat written(Serialization newValues, Serialization newKeys) {
    return new RecordFormat(changes, key, fields, newValues, newKeys);
  }

  /** How a value or a key is written. */
  public enum Serialization {
    /** JSON; of keys also a text as it is. */
    JSON,
    /** Avro, behind the id of its schema in a registry. */
    AVRO,
    /** JSON, behind the id of its JSON Schema in a registry. */
    JSON_SCHEMA,
    /** A message of Protocol Buffers, behind the id of its schema in a registry. */
    PROTOBUF;

    /** True if a registry has the schemas. */
    public boolean usesRegistry() {
      return this != JSON;
    }
  }

  /** True if a registry has schemas of its records. */
  public boolean usesRegistry() {
    return values.usesRegistry() || keys.usesRegistry();
  }

  /** What a record means. */
  public enum Changes {
    /** It is a row. */
    NONE,
    /** It is the newest row of its key, or without a value says that there is none. */
    UPSERT,
    /** It is a change event of Debezium. */
    DEBEZIUM
  }

  /** A part of a record. */
  public enum Part {
    /** Its value; of a change event the row. */
    VALUE,
    /** Its key. */
    KEY,
    /** One of its headers. */
    HEADER,
    /** The change event around a row. */
    ENVELOPE,
    /** The fields of its value that are no column. */
    REST,
    /** Its time as Kafka has it. */
    TIMESTAMP,
    /** Its topic. */
    TOPIC,
    /** Its partition. */
    PARTITION,
    /** Its offset. */
    OFFSET
  }

  /** How JSON writes a value, if not as DuckDB does. */
  public enum Encoding {
    /** As DuckDB does. */
    PLAIN,
    /** Bytes. */
    BASE64,
    /** Bytes. */
    HEX,
    /** Since 1970, or since midnight. */
    SECONDS,
    /** Since 1970, or since midnight. */
    MILLIS,
    /** Since 1970, or since midnight. */
    MICROS,
    /** Since 1970, or since midnight. */
    NANOS,
    /** Since 1970. */
    DAYS
  }

  /**
   * Where a column is.
   *
   * @param part in which part of the record
   * @param paths of {@code VALUE}, {@code KEY} and {@code ENVELOPE} JSON paths as DuckDB writes
   *     them, of which the first counts that is there; of {@code HEADER} its name; else nothing
   * @param encoding how it is written
   */
  public record Field(Part part, List<String> paths, Encoding encoding) {
    /** Copies the list. */
    public Field {
      paths = List.copyOf(paths);
    }

    /** The field of that name in a record's value. */
    public static Field named(String name) {
      return new Field(Part.VALUE, List.of(path(name)), Encoding.PLAIN);
    }

    /** The name of a field of the part itself, not deeper in it; empty if the path is another. */
    public static Optional<String> topLevel(String path) {
      if (!path.startsWith("$.\"") || !path.endsWith("\"") || path.length() < 5) {
        return Optional.empty();
      }
      String name = path.substring(3, path.length() - 1);
      return name.contains("\"") || name.contains("\\") ? Optional.empty() : Optional.of(name);
    }
  }

  /** The path of a field at the top. */
  public static String path(String name) {
    return "$.\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Records that are rows, with a field for each column. */
  public static RecordFormat rows(Schema schema) {
    return new RecordFormat(
        Changes.NONE,
        List.of(),
        schema.columns().stream().map(Column::name).map(Field::named).toList());
  }

  /** True if records change rows. */
  public boolean isChanges() {
    return changes != Changes.NONE;
  }

  /** True if a column is read from this part. */
  public boolean reads(Part part) {
    return fields.stream().anyMatch(f -> f.part() == part);
  }

  /** True if values have to be JSON; false if no more is wanted of them than the whole. */
  public boolean readsJson() {
    return changes == Changes.DEBEZIUM
        || reads(Part.ENVELOPE)
        || reads(Part.REST)
        || fields.stream().anyMatch(f -> f.part() == Part.VALUE && !f.paths().contains(WHOLE));
  }
}
