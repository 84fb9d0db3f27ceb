package dev.millrace.connect.generator;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A state of actors, such as a page that they look at.
 *
 * @param ordinal among the states
 * @param name as in the file
 * @param emits ordinals of the streams that get a record when an actor comes into the state
 * @param item the catalogue of which the actor takes a row then; null if of none
 * @param stay how long the actor stays
 * @param with values of the state's own, as they are in the file
 * @param slots that change when an actor comes into the state
 * @param values of these slots
 * @param leaves whether the actor is gone for good then
 * @param next where it goes
 */
@SuppressWarnings("ArrayRecordComponent")
record StatePlan(
    int ordinal,
    String name,
    int[] emits,
    @Nullable Catalogue item,
    Stay stay,
    Map<String, Object> with,
    int[] slots,
    int[] values,
    boolean leaves,
    Transitions next) {

  /** How long an actor stays in a state. */
  @FunctionalInterface
  interface Stay {
    /**
     * Microseconds.
     *
     * @param row of the catalogue that the actor took last; 0 if none
     */
    long micros(long bits, int row);
  }
}
