package dev.millrace.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Lines that wait until it is known that they are worth showing. Thread-safe. */
final class HeldLines {
  private final Consumer<String> shown;
  private final List<String> held = new ArrayList<>();
  private boolean released;

  HeldLines(Consumer<String> shown) {
    this.shown = shown;
  }

  synchronized void add(String line) {
    if (released) {
      shown.accept(line);
    } else {
      held.add(line);
    }
  }

  /** Shows those that wait; later ones are shown at once. */
  synchronized void release() {
    released = true;
    held.forEach(shown);
    held.clear();
  }
}
