package dev.millrace.engine.store;

import java.util.Arrays;

/** Pairs of numbers, growable. Not thread-safe. */
final class LongPairs {
  private long[] values = new long[64];
  private int used;

  /** What is done with a pair. */
  interface Action {
    void accept(long first, long second);
  }

  void add(long first, long second) {
    if (used == values.length) {
      values = Arrays.copyOf(values, used * 2);
    }
    values[used++] = first;
    values[used++] = second;
  }

  int size() {
    return used / 2;
  }

  long first(int pair) {
    return values[pair * 2];
  }

  long second(int pair) {
    return values[pair * 2 + 1];
  }

  void forEach(Action action) {
    for (int i = 0; i < used; i += 2) {
      action.accept(values[i], values[i + 1]);
    }
  }

  void clear() {
    used = 0;
  }
}
