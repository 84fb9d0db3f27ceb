package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Equality;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Tuple;
import dev.millrace.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. It looks ahead only when it is asked what needs it. */
final class LoopContext implements Iterator<@Nullable Object>, Attributes, Callable {
  private final Undefined.Behaviour undefined;
  private final @Nullable Callable recursion;
  private final int depth;
  private Iterator<?> items;
  private int length;
  private int index = -1;
  private @Nullable Object previous = Frame.UNSET;
  private @Nullable Object current = Frame.UNSET;
  private @Nullable Object after = Frame.UNSET;
  private @Nullable Object lastChanged = Frame.UNSET;

  /** A loop over items whose number is {@code length}, or -1 if it is not known yet. */
  LoopContext(
      Iterator<?> items,
      int length,
      int depth,
      @Nullable Callable recursion,
      Undefined.Behaviour undefined) {
    this.items = items;
    this.length = length;
    this.depth = depth;
    this.recursion = recursion;
    this.undefined = undefined;
  }

  @Override
  public boolean hasNext() {
    return after != Frame.UNSET || items.hasNext();
  }

  @Override
  public @Nullable Object next() {
    Object item = after != Frame.UNSET ? after : items.next();
    after = Frame.UNSET;
    previous = current;
    current = item;
    index++;
    return item;
  }

  private @Nullable Object peek() {
    if (after == Frame.UNSET && items.hasNext()) {
      after = items.next();
    }
    return after;
  }

  private int length() {
    if (length < 0) {
      List<@Nullable Object> rest = new ArrayList<>();
      items.forEachRemaining(rest::add);
      items = rest.iterator();
      length = index + 1 + rest.size() + (after == Frame.UNSET ? 0 : 1);
    }
    return length;
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "first" -> index == 0;
      case "last" -> length >= 0 ? index + 1 == length : peek() == Frame.UNSET;
      case "length" -> (long) length();
      case "revindex" -> (long) length() - index;
      case "revindex0" -> (long) length() - index - 1;
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" -> index == 0 ? none("there is no previous item") : previous;
      case "nextitem" -> peek() == Frame.UNSET ? none("there is no next item") : after;
      case "cycle" -> (Callable) this::cycle;
      case "changed" -> (Callable) this::changed;
      default -> ABSENT;
    };
  }

  private Undefined none(String hint) {
    return Undefined.because(undefined, hint, null);
  }

  private @Nullable Object cycle(Arguments arguments) {
    if (arguments.count() == 0) {
      throw PythonError.type("no items for cycling given");
    }
    return arguments.at(index % arguments.count());
  }

  private Object changed(Arguments arguments) {
    Object value = Tuple.copyOf(arguments.positional());
    boolean changed = lastChanged == Frame.UNSET || !Equality.equal(lastChanged, value);
    lastChanged = value;
    return changed;
  }

  @Override
  public @Nullable Object call(Arguments arguments) {
    if (recursion == null) {
      throw PythonError.type("The loop must have the 'recursive' marker to be called recursively.");
    }
    return recursion.call(arguments);
  }

  @Override
  public String typeName() {
    return "LoopContext";
  }

  @Override
  public String toString() {
    return "<LoopContext " + (index + 1) + "/" + length() + ">";
  }
}
