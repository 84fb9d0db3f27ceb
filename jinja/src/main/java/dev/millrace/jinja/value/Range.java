package dev.millrace.jinja.value;

import java.util.AbstractList;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** Python's {@code range}: an immutable arithmetic sequence of ints. */
public final class Range extends AbstractList<@Nullable Object> implements RandomAccess {
  private final long start;
  private final long stop;
  private final long step;
  private final int size;

  public Range(long start, long stop, long step) {
    if (step == 0) {
      throw PythonError.value("range() arg 3 must not be zero");
    }
    this.start = start;
    this.stop = stop;
    this.step = step;
    long count =
        step > 0
            ? Math.max(0, Math.floorDiv(stop - start + step - 1, step))
            : Math.max(0, Math.floorDiv(start - stop - step - 1, -step));
    this.size = (int) Math.min(Integer.MAX_VALUE, count);
  }

  @Override
  public Object get(int index) {
    return start + index * step;
  }

  @Override
  public int size() {
    return size;
  }

  String repr() {
    return "range(" + start + ", " + stop + (step == 1 ? ")" : ", " + step + ")");
  }
}
