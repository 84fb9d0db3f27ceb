package dev.millrace.connect.generator;

import org.jspecify.annotations.Nullable;

/**
 * What one actor does at one moment. Never changes.
 *
 * @param actor the actor's number
 * @param bits random bits of the actor
 * @param signedUp when the actor did, in microseconds of the run
 * @param session number of the session among the actor's, from 0
 * @param sessionBegin in microseconds of the run
 * @param step number of the moment in the session, from 0
 * @param ordinal number of the moment among all of the actor's, from 0
 * @param state that the actor comes into
 * @param time when, in microseconds of the run
 * @param stay for how many microseconds
 * @param catalogue of which the actor took something last in the session; null if it took nothing
 * @param row which row of it
 * @param keptValues by slot
 */
@SuppressWarnings("ArrayRecordComponent")
record Moment(
    long actor,
    long bits,
    long signedUp,
    int session,
    long sessionBegin,
    int step,
    long ordinal,
    StatePlan state,
    long time,
    long stay,
    @Nullable Catalogue catalogue,
    int row,
    int[] keptValues) {
  private static final int ORDINAL_BITS = 30;
  private static final long SESSIONS = 1_000_000;

  /** So many actors have numbers that an event can carry. */
  static final long MAX_ACTORS = 1L << 25;

  /** A number for the events of this moment, which no other moment has. */
  long number() {
    return actor << ORDINAL_BITS | ordinal & ((1L << ORDINAL_BITS) - 1);
  }

  /** A number for the session, which no other session has. */
  long sessionId() {
    return actor * SESSIONS + session;
  }

  int kept(int slot) {
    return keptValues[slot];
  }
}
