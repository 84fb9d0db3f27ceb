package dev.millrace.engine.delivery;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import java.sql.Array;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Struct;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.duckdb.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Reads values of the store as the Java classes that {@link dev.millrace.api.type.Batch} promises.
 */
public final class StoredValues {
  private StoredValues() {}

  /** The value of a column (from 1) of the current row; null is SQL's NULL. */
  public static @Nullable Object read(ResultSet row, int column, DataType type)
      throws SQLException {
    if (type instanceof DataType.Scalar scalar) {
      return switch (scalar.kind()) {
        case VARCHAR, JSON, INTERVAL -> row.getString(column);
        case TIMESTAMPTZ -> instant(row.getObject(column, OffsetDateTime.class));
        case TIMESTAMP -> row.getObject(column, LocalDateTime.class);
        // Asked for a LocalDate, the driver loses the era.
        case DATE -> (LocalDate) row.getObject(column);
        case TIME -> row.getObject(column, LocalTime.class);
        default -> convert(row.getObject(column), type);
      };
    }
    return convert(row.getObject(column), type);
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant();
  }

  /** A value as the driver nests it in lists and structs, as the class for its type. */
  private static @Nullable Object convert(@Nullable Object value, DataType type)
      throws SQLException {
    if (value == null) {
      return null;
    }
    if (value instanceof Blob blob) {
      return blob.getBytes(1, (int) blob.length());
    }
    if (value instanceof OffsetDateTime time) {
      return time.toInstant();
    }
    if (value instanceof Timestamp timestamp) {
      return timestamp.toLocalDateTime();
    }
    if (value instanceof JsonNode json) {
      return json.toString();
    }
    if (type instanceof DataType.ListOf list && value instanceof Array array) {
      List<@Nullable Object> elements = new ArrayList<>();
      for (Object element : (Object[]) array.getArray()) {
        elements.add(convert(element, list.element()));
      }
      return elements;
    }
    if (type instanceof DataType.Struct struct && value instanceof Struct fields) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      Object[] attributes = fields.getAttributes();
      List<Column> columns = struct.fields();
      for (int i = 0; i < columns.size(); i++) {
        map.put(columns.get(i).name(), convert(attributes[i], columns.get(i).type()));
      }
      return map;
    }
    if (type instanceof DataType.MapOf mapType && value instanceof Map<?, ?> entries) {
      Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
      for (Map.Entry<?, ?> entry : entries.entrySet()) {
        map.put(convert(entry.getKey(), mapType.key()), convert(entry.getValue(), mapType.value()));
      }
      return map;
    }
    return type.equals(new DataType.Scalar(DataType.Kind.UUID)) && value instanceof String text
        ? UUID.fromString(text)
        : value;
  }
}
