package dev.millrace.jinja;

import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Sequences;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A compiled loop.
 *
 * @param loopSlot the slot of {@code loop}, or -1 when the body does not use it
 */
record ForLoop(
    Eval items,
    @Nullable Filtering filtering,
    Names.Assign target,
    int frameSize,
    int loopSlot,
    boolean recursive,
    Exec body,
    @Nullable Exec otherwise,
    int otherwiseSize,
    Site site)
    implements Exec {
  /** The loop's condition, which has a scope of its own. */
  record Filtering(Names.Assign target, Eval condition, int frameSize, Site site) {}

  @Override
  public int run(Frame outer) {
    run(outer, items.eval(outer), 0, outer.out);
    return NORMAL;
  }

  private void run(Frame outer, @Nullable Object value, int depth, Output out) {
    Iterator<?> iterator;
    int length = -1;
    try {
      iterator = Sequences.iterator(value);
      if (filtering == null) {
        length = Sequences.knownLength(value);
      }
    } catch (PythonError e) {
      throw Calls.located(outer, e, site, value);
    }
    if (filtering != null) {
      iterator = new Filtered(iterator, filtering, outer);
    }
    Frame frame = new Frame(outer.run, outer, frameSize, out);
    LoopContext loop = null;
    if (loopSlot >= 0) {
      loop =
          new LoopContext(
              iterator,
              length,
              depth,
              recursive ? arguments -> recurse(outer, arguments.get(0, "iterable"), depth) : null,
              outer.run.environment.undefined());
      iterator = loop;
    }
    if (!iterate(frame, iterator, loop) && otherwise != null) {
      otherwise.run(new Frame(outer.run, outer, otherwiseSize, out));
    }
  }

  /**
   * Runs the body for each item. Tells whether any run came to its end: as in Python's Jinja2, the
   * else part also runs when all were left by break or continue.
   */
  private boolean iterate(Frame frame, Iterator<?> iterator, @Nullable LoopContext loop) {
    boolean completed = false;
    boolean first = true;
    while (iterator.hasNext()) {
      if (!first) {
        frame.clear();
      }
      first = false;
      Object item = iterator.next();
      if (loop != null) {
        frame.slots[loopSlot] = loop;
      }
      target.assign(frame, item);
      int signal = body.run(frame);
      completed |= signal == NORMAL;
      if (signal == BREAK) {
        break;
      }
    }
    return completed;
  }

  private Object recurse(Frame outer, @Nullable Object value, int depth) {
    Output out = Output.untraced();
    run(outer, value, depth + 1, out);
    return outer.run.text(out.text());
  }

  /** The items that the condition lets through, judged one by one as the loop gets to them. */
  private static final class Filtered implements Iterator<@Nullable Object> {
    private final Iterator<?> items;
    private final Filtering filtering;
    private final Frame outer;
    private @Nullable Object next = Frame.UNSET;

    Filtered(Iterator<?> items, Filtering filtering, Frame outer) {
      this.items = items;
      this.filtering = filtering;
      this.outer = outer;
    }

    @Override
    public boolean hasNext() {
      while (next == Frame.UNSET && items.hasNext()) {
        Object candidate = items.next();
        Frame frame = new Frame(outer.run, outer, filtering.frameSize(), outer.out);
        filtering.target().assign(frame, candidate);
        if (ExpressionCompiler.truth(filtering.condition(), frame, filtering.site())) {
          next = candidate;
        }
      }
      return next != Frame.UNSET;
    }

    @Override
    public @Nullable Object next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Object item = next;
      next = Frame.UNSET;
      return item;
    }
  }
}
