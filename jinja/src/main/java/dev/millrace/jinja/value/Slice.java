package dev.millrace.jinja.value;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's {@code [start:stop:step]}; a part that is left out is {@code null}. */
public record Slice(@Nullable Object start, @Nullable Object stop, @Nullable Object step) {
  /** A slice of a sequence of known length: {@code count} items from {@code start} on. */
  record Bounds(int start, int step, int count) {}

  Bounds bounds(int length) {
    int by = step == null ? 1 : index(step);
    if (by == 0) {
      throw PythonError.value("slice step cannot be zero");
    }
    int low = by < 0 ? -1 : 0;
    int high = by < 0 ? length - 1 : length;
    int from = start == null ? (by < 0 ? high : low) : clamp(index(start), length, low, high);
    int to = stop == null ? (by < 0 ? low : high) : clamp(index(stop), length, low, high);
    long distance = by > 0 ? (long) to - from : (long) from - to;
    long stride = Math.abs((long) by);
    int count = distance <= 0 ? 0 : (int) ((distance + stride - 1) / stride);
    return new Bounds(from, by, count);
  }

  private static int clamp(int index, int length, int low, int high) {
    int absolute = index < 0 ? index + length : index;
    return Math.max(low, Math.min(high, absolute));
  }

  private static int index(Object value) {
    if (!Numbers.isInt(value)) {
      throw PythonError.type("slice indices must be integers or None or have an __index__ method");
    }
    Object plain = Numbers.canonical(value);
    long number = plain instanceof Long small ? small : Numbers.big(plain).signum() * (1L << 40);
    return (int) Math.max(-(1 << 30), Math.min(1 << 30, number));
  }

  Object of(Object sequence) {
    if (sequence instanceof CharSequence text) {
      String part = CodePoints.slice(text.toString(), bounds(CodePoints.length(text.toString())));
      return sequence instanceof SafeString ? new SafeString(part) : part;
    }
    if (sequence instanceof List<?> list) {
      Bounds bounds = bounds(list.size());
      List<@Nullable Object> part = new ArrayList<>(bounds.count());
      for (int i = 0; i < bounds.count(); i++) {
        part.add(list.get(bounds.start() + i * bounds.step()));
      }
      return sequence instanceof Tuple ? Tuple.copyOf(part) : part;
    }
    throw PythonError.type("'" + Types.name(sequence) + "' object is not subscriptable");
  }
}
