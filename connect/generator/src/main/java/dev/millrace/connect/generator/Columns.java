package dev.millrace.connect.generator;

import dev.millrace.api.type.DataType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of things that records tell of: the attributes of actors, the columns of a
 * catalogue. Nothing is kept; a value is a function of the thing's number and random bits. A column
 * gets its type from where it is used.
 */
final class Columns {
  /** Where the values of a column come from. */
  sealed interface Origin {
    /** Drawn for each thing. */
    record Drawn(Block block, String kind, long salt, double nulls) implements Origin {}

    /** Written in a file, by the thing's number; an empty text is null. */
    record Written(List<String> texts) implements Origin {}

    /** A row of a catalogue, which has columns of its own. */
    record Link(Catalogue to, long salt) implements Origin {
      private DrawnValues of(DrawnValues column) {
        return (out, bits, number) -> {
          int row = to.pick(Draw.mix(bits ^ salt));
          column.write(out, to.bits(row), row);
        };
      }
    }

    /** Not read here: there is a problem with it, which was told, or others know how. */
    record Unread() implements Origin {}
  }

  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final long NULL_SALT = Draw.salt(" null");

  private final Map<String, Origin> origins = new LinkedHashMap<>();

  void add(String name, Origin origin) {
    origins.put(name, origin);
  }

  List<String> names() {
    return List.copyOf(origins.keySet());
  }

  /** The origin of a column; null if there is none of that name. */
  @Nullable Origin origin(String name) {
    return origins.get(name);
  }

  /**
   * The values of a column as a type has them; a problem and empty if there are none.
   *
   * @param user where the column is named, under {@code key}
   * @param path the column's name; behind a point the name in the catalogue that it is a row of
   */
  Optional<DrawnValues> values(Block user, String key, String path, DataType type) {
    int point = path.indexOf('.');
    String name = point < 0 ? path : path.substring(0, point);
    Origin origin = origins.get(name);
    if (origin == null) {
      user.unknownName(key, "column", name, names());
      return Optional.empty();
    }
    if (origin instanceof Origin.Link link) {
      if (point < 0) {
        user.bad(
            key,
            "names a row of a catalogue, not a column of it",
            "such as `" + name + "." + link.to().columns().names().get(0) + "`");
        return Optional.empty();
      }
      return link.to().columns().values(user, key, path.substring(point + 1), type).map(link::of);
    }
    if (point >= 0) {
      user.bad(key, "has a point, but `" + name + "` is no row of a catalogue", null);
      return Optional.empty();
    }
    if (origin instanceof Origin.Written written) {
      return written(user, key, written.texts(), type);
    }
    return origin instanceof Origin.Drawn drawn ? drawn(drawn, type) : Optional.empty();
  }

  private static Optional<DrawnValues> drawn(Origin.Drawn drawn, DataType type) {
    return ValueReader.read(drawn.block(), drawn.kind(), type)
        .map(
            values ->
                (out, bits, number) -> {
                  long own = Draw.mix(bits ^ drawn.salt());
                  if (drawn.nulls() > 0 && Draw.unit(Draw.mix(own ^ NULL_SALT)) < drawn.nulls()) {
                    out.raw(NULL);
                  } else {
                    values.write(out, own, number);
                  }
                });
  }

  private static Optional<DrawnValues> written(
      Block user, String key, List<String> texts, DataType type) {
    byte[][] json = new byte[texts.size()][];
    for (int i = 0; i < json.length; i++) {
      if (texts.get(i).isEmpty()) {
        json[i] = NULL;
        continue;
      }
      Optional<byte[]> literal = ValueReader.literal(user, key, texts.get(i), type);
      if (literal.isEmpty()) {
        return Optional.empty();
      }
      json[i] = literal.get();
    }
    return Optional.of((out, bits, number) -> out.raw(json[(int) number]));
  }
}
