package dev.millrace.jinja.value;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A sequence that can be walked once, as the results of {@code map} and {@code select} in Python.
 */
public final class Generator implements Iterator<@Nullable Object> {
  private final Iterator<? extends @Nullable Object> items;

  public Generator(Iterable<? extends @Nullable Object> items) {
    this.items = items.iterator();
  }

  @Override
  public boolean hasNext() {
    return items.hasNext();
  }

  @Override
  public @Nullable Object next() {
    return items.next();
  }

  @Override
  public String toString() {
    return "<generator object>";
  }
}
