package dev.millrace.jinja.value;

import java.util.AbstractList;
import java.util.Collection;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** Python's tuple: an immutable list that prints in parentheses and is never equal to a list. */
public class Tuple extends AbstractList<@Nullable Object> implements RandomAccess {
  /** The empty tuple. */
  public static final Tuple EMPTY = new Tuple(new Object[0]);

  private final @Nullable Object[] items;

  Tuple(@Nullable Object[] items) {
    this.items = items;
  }

  public static Tuple of(@Nullable Object... items) {
    return new Tuple(items.clone());
  }

  public static Tuple copyOf(Collection<? extends @Nullable Object> items) {
    return new Tuple(items.toArray());
  }

  @Override
  public @Nullable Object get(int index) {
    return items[index];
  }

  @Override
  public int size() {
    return items.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Tuple tuple && Equality.sequences(this, tuple);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (Object item : items) {
      hash = 31 * hash + Equality.hash(item);
    }
    return hash;
  }

  /** A tuple with a name for each item, such as those of the filter {@code groupby}. */
  public static final class Named extends Tuple implements Attributes {
    private final List<String> names;

    public Named(List<String> names, @Nullable Object... items) {
      super(items.clone());
      this.names = List.copyOf(names);
    }

    @Override
    public @Nullable Object attribute(String name) {
      int index = names.indexOf(name);
      return index < 0 ? ABSENT : get(index);
    }

    @Override
    public String typeName() {
      return "tuple";
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return super.equals(other);
    }

    @Override
    public int hashCode() {
      return super.hashCode();
    }
  }
}
