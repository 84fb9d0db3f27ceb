package dev.millrace.jinja.value;

import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a dict's {@code keys()}, {@code values()} and {@code items()} return: a live view. */
final class DictView extends AbstractCollection<@Nullable Object> {
  enum Kind {
    KEYS,
    VALUES,
    ITEMS
  }

  private final Map<?, ?> map;
  private final Kind kind;

  DictView(Map<?, ?> map, Kind kind) {
    this.map = map;
    this.kind = kind;
  }

  String typeName() {
    return switch (kind) {
      case KEYS -> "dict_keys";
      case VALUES -> "dict_values";
      case ITEMS -> "dict_items";
    };
  }

  @Override
  public Iterator<@Nullable Object> iterator() {
    Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public @Nullable Object next() {
        Map.Entry<?, ?> entry = entries.next();
        return switch (kind) {
          case KEYS -> entry.getKey();
          case VALUES -> entry.getValue();
          case ITEMS -> Tuple.of(entry.getKey(), entry.getValue());
        };
      }
    };
  }

  @Override
  public boolean contains(@Nullable Object item) {
    return switch (kind) {
      case KEYS -> Dicts.contains(map, item);
      case VALUES -> Sequences.listContains(map.values(), item);
      case ITEMS ->
          item instanceof Tuple pair
              && pair.size() == 2
              && Equality.equal(Dicts.get(map, pair.get(0)), pair.get(1));
    };
  }

  @Override
  public int size() {
    return map.size();
  }
}
