package dev.millrace.formats;

import java.util.List;

/** A schema that was read, in one of the languages. Immutable. */
public interface ParsedSchema {
  /** Its language. */
  SchemaType type();

  /** Its text without what means nothing, such as spaces: two schemas with the same are one. */
  String canonical();

  /** As {@link #canonical}, with what may stand in any order put into one. */
  String normalized();

  /** For clients that have no parser of its language; the canonical text where all have one. */
  default String serialized() {
    return canonical();
  }

  /**
   * Why what was written with another schema cannot be read with this one, a sentence each; empty
   * if all of it can.
   *
   * @param written of any language
   */
  List<String> faultsReading(ParsedSchema written);
}
