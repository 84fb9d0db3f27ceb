package dev.millrace.connect.generator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where actors go from a state, by chance and by what they are. */
final class Transitions {
  /** The ordinal that stands for the session's end. */
  static final int END = -1;

  private final List<Alternative> alternatives;

  /**
   * Chances for actors of a kind.
   *
   * @param wanted for each slot the values that an actor may have, as bits; 0 for all of them
   * @param targets ordinals of states, or {@link #END}
   * @param limits sums of weights up to each
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Alternative(long[] wanted, int[] targets, double[] limits) {
    private boolean fits(int[] kept) {
      for (int slot = 0; slot < kept.length; slot++) {
        if (wanted[slot] != 0 && (wanted[slot] >>> kept[slot] & 1) == 0) {
          return false;
        }
      }
      return true;
    }
  }

  Transitions(List<Alternative> alternatives) {
    this.alternatives = List.copyOf(alternatives);
  }

  List<Alternative> alternatives() {
    return alternatives;
  }

  /** Where an actor goes: by the first alternative that fits; {@link #END} if none does. */
  int pick(long bits, int[] kept) {
    Alternative fitting = fitting(kept);
    return fitting == null ? END : fitting.targets[Choice.pick(fitting.limits, bits)];
  }

  private @Nullable Alternative fitting(int[] kept) {
    for (int i = 0; i < alternatives.size(); i++) {
      if (alternatives.get(i).fits(kept)) {
        return alternatives.get(i);
      }
    }
    return null;
  }
}
