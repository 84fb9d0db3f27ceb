package dev.millrace.connect.generator;

import java.util.List;
import java.util.Map;

/**
 * What the actors of a source are like.
 *
 * @param seed of all that they do
 * @param population how many there are at the begin
 * @param since how long before the begin these signed up, in microseconds
 * @param signUps who comes later
 * @param lifetime how long one stays before it comes no more, in microseconds; counted from the
 *     begin for those who were there
 * @param between microseconds of busy time from one session's end to the next one's begin
 * @param pace by how much an actor is quicker than that; positive
 * @param rhythm busy and quiet hours
 * @param first the state in which a session begins
 * @param welcome the state in which the first session of an actor who signed up begins
 * @param states by their ordinals
 * @param attributes what is known of an actor; those of the next two are named only
 * @param kept attributes that are one of several values, which may change, by their slots
 * @param signedUp attributes that are the time of the sign-up, by name
 */
record ActorPlan(
    long seed,
    long population,
    Distribution since,
    SignUps signUps,
    Distribution lifetime,
    Distribution between,
    Distribution pace,
    Rhythm rhythm,
    Transitions first,
    Transitions welcome,
    List<StatePlan> states,
    Columns attributes,
    List<Kept> kept,
    Map<String, Block> signedUp) {

  /**
   * An attribute that is one of several values.
   *
   * @param block which has a {@code choice}
   * @param choice the same, with texts as values
   */
  record Kept(String name, Block block, Choice choice) {}

  /** Copies lists and map. */
  ActorPlan {
    states = List.copyOf(states);
    kept = List.copyOf(kept);
    signedUp = Map.copyOf(signedUp);
  }
}
