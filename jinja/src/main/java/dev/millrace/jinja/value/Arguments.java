package dev.millrace.jinja.value;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of one call, by position and by keyword. Immutable. */
public final class Arguments {
  /** No arguments. */
  public static final Arguments NONE = new Arguments(new Object[0], Map.of());

  private final @Nullable Object[] positional;
  private final Map<String, @Nullable Object> keywords;

  private Arguments(@Nullable Object[] positional, Map<String, @Nullable Object> keywords) {
    this.positional = positional;
    this.keywords = keywords;
  }

  /** Arguments by position only. */
  public static Arguments of(@Nullable Object... positional) {
    return new Arguments(positional, Map.of());
  }

  /** Arguments by position and keyword; the caller gives both up. */
  public static Arguments of(
      @Nullable Object[] positional, Map<String, @Nullable Object> keywords) {
    return new Arguments(positional, keywords);
  }

  /** How many arguments were given by position. */
  public int count() {
    return positional.length;
  }

  public boolean isEmpty() {
    return positional.length == 0 && keywords.isEmpty();
  }

  public List<@Nullable Object> positional() {
    List<@Nullable Object> list = new ArrayList<>(positional.length);
    Collections.addAll(list, positional);
    return Collections.unmodifiableList(list);
  }

  /** The keyword arguments in the order in which they were written. */
  public Map<String, @Nullable Object> keywords() {
    return Collections.unmodifiableMap(keywords);
  }

  /** The argument at {@code index}, counted from 0, which must exist. */
  public @Nullable Object at(int index) {
    return positional[index];
  }

  /** Whether the argument was given, by position or by keyword. */
  public boolean has(int index, String name) {
    return index < positional.length || keywords.containsKey(name);
  }

  /** The argument at {@code index} or called {@code name}, else {@code fallback}. */
  public @Nullable Object get(int index, String name, @Nullable Object fallback) {
    if (index < positional.length) {
      return positional[index];
    }
    return keywords.containsKey(name) ? keywords.get(name) : fallback;
  }

  /** The argument at {@code index} or called {@code name}; a TypeError when it was not given. */
  public @Nullable Object get(int index, String name) {
    if (!has(index, name)) {
      throw PythonError.type("missing a required argument: '" + name + "'");
    }
    return get(index, name, null);
  }

  /** Like {@link #get(int, String)}, for a value that has to be a string. */
  public String text(int index, String name) {
    Object value = get(index, name);
    if (value instanceof CharSequence text) {
      return text.toString();
    }
    throw PythonError.type("argument '" + name + "' must be str, not " + Types.name(value));
  }

  /** These arguments after {@code first}. */
  public Arguments withFirst(@Nullable Object first) {
    @Nullable Object[] all = new Object[positional.length + 1];
    all[0] = first;
    System.arraycopy(positional, 0, all, 1, positional.length);
    return new Arguments(all, keywords);
  }

  /** These arguments without the first {@code count} positional ones. */
  public Arguments skip(int count) {
    int from = Math.min(count, positional.length);
    return new Arguments(
        java.util.Arrays.copyOfRange(positional, from, positional.length), keywords);
  }
}
