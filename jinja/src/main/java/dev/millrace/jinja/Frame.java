package dev.millrace.jinja;

import dev.millrace.jinja.value.Attributes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The variables of one scope while it runs, by slot; a slot nobody set holds {@link #UNSET}. */
final class Frame {
  static final Object UNSET = Attributes.ABSENT;

  final Run run;
  final @Nullable Frame parent;
  final @Nullable Object[] slots;
  Output out;

  Frame(Run run, @Nullable Frame parent, int size, Output out) {
    this.run = run;
    this.parent = parent;
    this.slots = new Object[size];
    this.out = out;
    clear();
  }

  void clear() {
    Arrays.fill(slots, UNSET);
  }

  /** The frame {@code depth} scopes further out, which must exist. */
  Frame outer(int depth) {
    Frame frame = this;
    for (int i = 0; i < depth; i++) {
      frame = java.util.Objects.requireNonNull(frame.parent);
    }
    return frame;
  }
}
