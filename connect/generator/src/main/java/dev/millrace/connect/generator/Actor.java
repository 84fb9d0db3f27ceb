package dev.millrace.connect.generator;

import org.jspecify.annotations.Nullable;

/**
 * One actor on its way from state to state. Its life is a function of its number: what it does in a
 * session is drawn from the session's own random bits, so that it can be lived again at any time.
 */
final class Actor implements Comparable<Actor> {
  /** For so many microseconds before the begin those live who are there then. */
  private static final long BEFORE = 28L * 86_400_000_000L;

  private static final long SINCE = Draw.salt(" since");
  private static final long FIRST_GAP = Draw.salt(" first gap");
  private static final long GAP = Draw.salt(" gap");
  private static final long LIFETIME = Draw.salt(" lifetime");
  private static final long PACE = Draw.salt(" pace");
  private static final long KEPT = Draw.salt(" kept");

  private final ActorPlan plan;
  private final long offset;
  private final long number;
  private final long bits;
  private final long signedUp;
  private final long end;
  private final double pace;
  private int session;
  private long sessionBits;
  private long sessionBegin;
  private long draws;
  private int step;
  private long ordinal;
  private StatePlan state;
  private long time;
  private long stay;
  private @Nullable Catalogue catalogue;
  private int row;
  private int[] kept;
  private boolean gone;

  /**
   * An actor before its first session.
   *
   * @param offset microseconds to add to the run's to get those since 1970
   * @param signsUp when it does, in microseconds of the run; negative if it was there at the begin
   */
  Actor(ActorPlan plan, long offset, long number, long signsUp) {
    this.plan = plan;
    this.offset = offset;
    this.number = number;
    this.bits = Draw.draw(plan.seed(), number);
    this.pace = plan.pace().sample(Draw.mix(bits ^ PACE));
    this.kept = new int[plan.kept().size()];
    for (int slot = 0; slot < kept.length; slot++) {
      kept[slot] = plan.kept().get(slot).choice().pick(Draw.draw(bits ^ KEPT, slot));
    }
    boolean isNew = signsUp >= 0;
    this.signedUp = isNew ? signsUp : -(long) plan.since().sample(Draw.mix(bits ^ SINCE));
    double lifetime = plan.lifetime().sample(Draw.mix(bits ^ LIFETIME));
    this.end = Math.max(0, signedUp) + (long) Math.min(lifetime, Long.MAX_VALUE / 4);
    this.state = plan.states().get(0);
    if (isNew) {
      begin(signedUp, plan.welcome());
    } else {
      // Lived for some weeks before, so that the begin is a day like any other.
      begin(after(-BEFORE, gap() * Draw.unit(Draw.mix(bits ^ FIRST_GAP))), plan.first());
    }
  }

  private double gap() {
    return plan.between().sample(Draw.draw(bits ^ GAP, session)) / pace;
  }

  private long after(long moment, double busy) {
    return Math.max(moment, plan.rhythm().after(moment + offset, busy) - offset);
  }

  private long draw() {
    return Draw.draw(sessionBits, draws++);
  }

  private void begin(long at, Transitions first) {
    if (at >= end) {
      gone = true;
      return;
    }
    sessionBits = Draw.mix(Draw.draw(bits, session));
    sessionBegin = at;
    draws = 0;
    step = 0;
    catalogue = null;
    row = 0;
    enter(first.pick(draw(), kept), at);
  }

  private void enter(int target, long at) {
    if (target == Transitions.END) {
      session++;
      begin(after(at, gap()), plan.first());
      return;
    }
    state = plan.states().get(target);
    time = at;
    if (state.slots().length > 0) {
      // Moments that were told keep the values of before.
      kept = kept.clone();
      for (int i = 0; i < state.slots().length; i++) {
        kept[state.slots()[i]] = state.values()[i];
      }
    }
    if (state.item() != null) {
      catalogue = state.item();
      row = state.item().pick(draw());
    }
    stay = state.stay().micros(draw(), row);
  }

  /** Goes on to what it does next; {@link #isGone} if there is nothing any more. */
  void advance() {
    ordinal++;
    step++;
    // As many are there at the begin as are asked for: none of them left before.
    if (state.leaves() && time >= 0) {
      gone = true;
    } else {
      enter(state.next().pick(draw(), kept), time + stay);
    }
  }

  /** True if it does nothing any more. */
  boolean isGone() {
    return gone;
  }

  /** When it does what it does now, in microseconds of the run. */
  long time() {
    return time;
  }

  /** What it does now. */
  Moment moment() {
    return new Moment(
        number,
        bits,
        signedUp,
        session,
        sessionBegin,
        step,
        ordinal,
        state,
        time,
        stay,
        catalogue,
        row,
        kept);
  }

  @Override
  public int compareTo(Actor other) {
    int byTime = Long.compare(time, other.time);
    return byTime != 0 ? byTime : Long.compare(number, other.number);
  }
}
