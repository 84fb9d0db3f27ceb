package dev.millrace.registry;

import java.util.Arrays;
import java.util.Optional;

/** Which schemas may follow those that a subject has. */
enum Compatibility {
  /** Any. */
  NONE(false, false, false),
  /** Those that read what the newest wrote. */
  BACKWARD(true, false, false),
  /** Those that read what all wrote. */
  BACKWARD_TRANSITIVE(true, false, true),
  /** Those whose records the newest reads. */
  FORWARD(false, true, false),
  /** Those whose records all read. */
  FORWARD_TRANSITIVE(false, true, true),
  /** Both, with the newest. */
  FULL(true, true, false),
  /** Both, with all. */
  FULL_TRANSITIVE(true, true, true);

  private final boolean backward;
  private final boolean forward;
  private final boolean transitive;

  Compatibility(boolean backward, boolean forward, boolean transitive) {
    this.backward = backward;
    this.forward = forward;
    this.transitive = transitive;
  }

  static Optional<Compatibility> of(String name) {
    return Arrays.stream(values()).filter(c -> c.name().equals(name)).findFirst();
  }

  /** True if the new one has to read what old ones wrote. */
  boolean isBackward() {
    return backward;
  }

  /** True if old ones have to read what the new one writes. */
  boolean isForward() {
    return forward;
  }

  /** True if all old ones count, not the newest alone. */
  boolean isTransitive() {
    return transitive;
  }
}
