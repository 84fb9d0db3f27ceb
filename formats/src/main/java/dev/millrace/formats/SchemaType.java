package dev.millrace.formats;

import java.util.Arrays;
import java.util.Optional;

/** The languages that schemas are written in, by the names that registries use. */
public enum SchemaType {
  /** Apache Avro. */
  AVRO,
  /** JSON Schema. */
  JSON,
  /** Protocol Buffers. */
  PROTOBUF;

  /** The type of that name; empty if there is none. */
  public static Optional<SchemaType> of(String name) {
    return Arrays.stream(values()).filter(t -> t.name().equals(name)).findFirst();
  }
}
