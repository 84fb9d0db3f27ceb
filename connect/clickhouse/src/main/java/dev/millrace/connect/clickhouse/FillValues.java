package dev.millrace.connect.clickhouse;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Blob;
import java.sql.SQLException;
import java.sql.Struct;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values out of DuckDB's driver in the Java classes of {@link Kind}. */
final class FillValues {
  private FillValues() {}

  /** The type to ask DuckDB for so that {@link #value} is exact. */
  static String asked(Column column) {
    return asked(column.type()).toString();
  }

  // The driver moves a time without a zone that this machine's zone leaves out.
  private static DataType asked(DataType type) {
    if (type instanceof DataType.ListOf list) {
      return new DataType.ListOf(asked(list.element()));
    } else if (type instanceof DataType.MapOf map) {
      return new DataType.MapOf(asked(map.key()), asked(map.value()));
    } else if (type instanceof DataType.Struct struct) {
      return new DataType.Struct(
          struct.fields().stream().map(f -> new Column(f.name(), asked(f.type()))).toList());
    }
    return type.equals(new DataType.Scalar(Kind.TIMESTAMP))
        ? new DataType.Scalar(Kind.TIMESTAMPTZ)
        : type;
  }

  /** A value of the type that was asked for. */
  static @Nullable Object value(@Nullable Object raw, DataType type) throws SQLException {
    if (raw == null) {
      return null;
    } else if (type instanceof DataType.ListOf list) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Object element : (Object[]) ((Array) raw).getArray()) {
        values.add(value(element, list.element()));
      }
      return values;
    } else if (type instanceof DataType.Struct struct) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      Object[] attributes = ((Struct) raw).getAttributes();
      for (int i = 0; i < attributes.length; i++) {
        Column field = struct.fields().get(i);
        values.put(field.name(), value(attributes[i], field.type()));
      }
      return values;
    } else if (type instanceof DataType.MapOf map) {
      Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) raw).entrySet()) {
        values.put(value(entry.getKey(), map.key()), value(entry.getValue(), map.value()));
      }
      return values;
    } else if (type instanceof DataType.Scalar scalar) {
      return scalar(raw, scalar.kind());
    }
    return type instanceof DataType.Decimal ? raw : raw.toString();
  }

  private static Object scalar(Object raw, Kind kind) throws SQLException {
    return switch (kind) {
      case HUGEINT, UHUGEINT, UBIGINT ->
          raw instanceof BigInteger big ? big : new BigInteger(raw.toString());
      case BLOB -> ((Blob) raw).getBytes(1, (int) ((Blob) raw).length());
      case TIMESTAMP -> LocalDateTime.ofInstant(((OffsetDateTime) raw).toInstant(), ZoneOffset.UTC);
      case TIMESTAMPTZ -> ((OffsetDateTime) raw).toInstant();
      case VARCHAR, JSON, INTERVAL -> raw.toString();
      default -> raw;
    };
  }
}
