package dev.millrace.connect.generator;

import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * All actors of a run, and what they do in the order of time. To go to a place of the run, the
 * lives of all that ever were there are lived again up to it, without telling: some millions of
 * moments a second.
 */
final class Actors {
  private static final long JITTER = Draw.salt(" sign-up");

  private final ActorPlan plan;
  private final long offset;
  private final PriorityQueue<Actor> queue = new PriorityQueue<>();
  private long known;
  private long nextSignUp;

  /**
   * The actors at a time.
   *
   * @param offset microseconds to add to the run's to get those since 1970
   * @param time of the run, in microseconds: nothing before it is told
   */
  Actors(ActorPlan plan, long offset, long time) {
    this.plan = plan;
    this.offset = offset;
    for (known = 0; known < plan.population(); known++) {
      live(new Actor(plan, offset, known, -1), time);
    }
    nextSignUp = signUp();
    join(time, time);
  }

  /** When the first one signs up whom this does not know yet; the end of time if none does. */
  private long signUp() {
    double jitter = Draw.unit(Draw.mix(Draw.draw(plan.seed(), known) ^ JITTER));
    double busy = plan.signUps().time(known - plan.population() + jitter);
    return busy < 0 || known >= Moment.MAX_ACTORS
        ? Long.MAX_VALUE
        : Math.max(0, plan.rhythm().after(offset, busy) - offset);
  }

  private void join(long until, long time) {
    while (nextSignUp < until) {
      live(new Actor(plan, offset, known, nextSignUp), time);
      known++;
      nextSignUp = signUp();
    }
  }

  private void live(Actor actor, long time) {
    while (!actor.isGone() && actor.time() < time) {
      actor.advance();
    }
    if (!actor.isGone()) {
      queue.add(actor);
    }
  }

  /** Tells all that happens before a time, and goes there. */
  void until(long time, Consumer<Moment> told) {
    join(time, 0);
    for (Actor actor = queue.peek(); actor != null && actor.time() < time; actor = queue.peek()) {
      queue.remove();
      told.accept(actor.moment());
      actor.advance();
      if (!actor.isGone()) {
        queue.add(actor);
      }
    }
  }

  /** True if nothing ever happens any more. */
  boolean isOver() {
    return queue.isEmpty() && nextSignUp == Long.MAX_VALUE;
  }
}
