package dev.millrace.registry;

import java.util.Arrays;
import java.util.Optional;

/** What may be done with subjects. */
enum Mode {
  /** Everything. */
  READWRITE,
  /** Nothing is registered or deleted. */
  READONLY,
  /** The same, whatever the subjects say. */
  READONLY_OVERRIDE,
  /** Schemas are registered with the ids that they are given, without a check. */
  IMPORT;

  static Optional<Mode> of(String name) {
    return Arrays.stream(values()).filter(m -> m.name().equals(name)).findFirst();
  }

  boolean isReadOnly() {
    return this == READONLY || this == READONLY_OVERRIDE;
  }
}
