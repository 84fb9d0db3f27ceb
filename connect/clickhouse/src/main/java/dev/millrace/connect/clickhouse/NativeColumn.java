package dev.millrace.connect.clickhouse;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the values of one column, or of a part of one, as ClickHouse's format Native has them. */
interface NativeColumn {
  /** The type under which ClickHouse reads the values. */
  String type();

  /** Writes all of the values. */
  void write(@Nullable Object[] values, NativeBuffer out);

  /**
   * The writer of a column.
   *
   * @param nullable whether the type can be null; else a null is written as the type's zero
   */
  static NativeColumn of(DataType type, boolean nullable, Adaptation adaptation) {
    if (type instanceof DataType.ListOf list) {
      return new Lists(part(list.element(), adaptation), adaptation);
    }
    if (type instanceof DataType.MapOf map) {
      return new Maps(of(map.key(), false, adaptation), part(map.value(), adaptation), adaptation);
    }
    if (type instanceof DataType.Struct struct) {
      return new Structs(
          struct,
          struct.fields().stream().map(f -> part(f.type(), adaptation)).toList(),
          adaptation);
    }
    NativeColumn plain = new NativeScalar(type, adaptation);
    return nullable ? new Nulls(plain) : plain;
  }

  private static NativeColumn part(DataType type, Adaptation adaptation) {
    return of(type, ClickHouseTypes.isNullable(type), adaptation);
  }

  /** A byte for each value that tells whether it is null, then the values. */
  record Nulls(NativeColumn values) implements NativeColumn {
    @Override
    public String type() {
      return "Nullable(" + values.type() + ")";
    }

    @Override
    public void write(@Nullable Object[] all, NativeBuffer out) {
      for (Object value : all) {
        out.number(value == null ? 1 : 0, 1);
      }
      values.write(all, out);
    }
  }

  /** Where each list ends among all elements, then the elements. */
  record Lists(NativeColumn elements, Adaptation adaptation) implements NativeColumn {
    @Override
    public String type() {
      return "Array(" + elements.type() + ")";
    }

    @Override
    public void write(@Nullable Object[] values, NativeBuffer out) {
      List<@Nullable Object> all = new ArrayList<>();
      for (Object value : values) {
        if (value == null) {
          adaptation.nullOf("list");
        } else {
          all.addAll((List<?>) value);
        }
        out.number(all.size(), Long.BYTES);
      }
      elements.write(all.toArray(), out);
    }
  }

  /** As lists, of keys and of values. */
  record Maps(NativeColumn keys, NativeColumn values, Adaptation adaptation)
      implements NativeColumn {
    @Override
    public String type() {
      return "Map(" + keys.type() + ", " + values.type() + ")";
    }

    @Override
    public void write(@Nullable Object[] maps, NativeBuffer out) {
      List<@Nullable Object> allKeys = new ArrayList<>();
      List<@Nullable Object> allValues = new ArrayList<>();
      for (Object map : maps) {
        if (map == null) {
          adaptation.nullOf("map");
        } else {
          ((Map<?, ?>) map)
              .forEach(
                  (key, value) -> {
                    allKeys.add(key);
                    allValues.add(value);
                  });
        }
        out.number(allKeys.size(), Long.BYTES);
      }
      keys.write(allKeys.toArray(), out);
      values.write(allValues.toArray(), out);
    }
  }

  /** One field after the other. */
  record Structs(DataType.Struct struct, List<NativeColumn> fields, Adaptation adaptation)
      implements NativeColumn {
    @Override
    public String type() {
      StringBuilder text = new StringBuilder("Tuple(");
      for (int i = 0; i < fields.size(); i++) {
        text.append(i == 0 ? "" : ", ")
            .append(Sql.name(struct.fields().get(i).name()))
            .append(' ')
            .append(fields.get(i).type());
      }
      return text.append(')').toString();
    }

    @Override
    public void write(@Nullable Object[] values, NativeBuffer out) {
      for (int i = 0; i < fields.size(); i++) {
        Column field = struct.fields().get(i);
        @Nullable Object[] parts = new @Nullable Object[values.length];
        for (int row = 0; row < values.length; row++) {
          Object value = values[row];
          if (value == null) {
            adaptation.nullOf("struct");
          } else {
            parts[row] = ((Map<?, ?>) value).get(field.name());
          }
        }
        fields.get(i).write(parts, out);
      }
    }
  }
}
