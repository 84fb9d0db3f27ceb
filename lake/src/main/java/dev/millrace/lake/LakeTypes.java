package dev.millrace.lake;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/** Types of columns there and here. */
final class LakeTypes {
  private static final int MOST_DIGITS = 38;

  private LakeTypes() {}

  /** A schema for Iceberg, all of whose columns may hold nulls. */
  static org.apache.iceberg.Schema schema(Schema schema) {
    AtomicInteger ids = new AtomicInteger();
    return new org.apache.iceberg.Schema(fields(schema.columns(), ids));
  }

  private static List<Types.NestedField> fields(List<Column> columns, AtomicInteger ids) {
    List<Types.NestedField> fields = new ArrayList<>();
    for (Column column : columns) {
      int id = ids.incrementAndGet();
      fields.add(Types.NestedField.optional(id, column.name(), type(column.type(), ids)));
    }
    return fields;
  }

  /** The type that holds every value; a HUGEINT of more than 38 digits fits none. */
  static Type type(DataType type) {
    return type(type, new AtomicInteger());
  }

  private static Type type(DataType type, AtomicInteger ids) {
    if (type instanceof DataType.Decimal decimal) {
      return Types.DecimalType.of(decimal.precision(), decimal.scale());
    } else if (type instanceof DataType.ListOf list) {
      int id = ids.incrementAndGet();
      return Types.ListType.ofOptional(id, type(list.element(), ids));
    } else if (type instanceof DataType.MapOf map) {
      int key = ids.incrementAndGet();
      int value = ids.incrementAndGet();
      return Types.MapType.ofOptional(key, value, type(map.key(), ids), type(map.value(), ids));
    } else if (type instanceof DataType.Struct struct) {
      return Types.StructType.of(fields(struct.fields(), ids));
    }
    return type instanceof DataType.Scalar scalar ? scalar(scalar.kind()) : Types.StringType.get();
  }

  private static Type scalar(Kind kind) {
    return switch (kind) {
      case BOOLEAN -> Types.BooleanType.get();
      case TINYINT, SMALLINT, INTEGER, UTINYINT, USMALLINT -> Types.IntegerType.get();
      case BIGINT, UINTEGER -> Types.LongType.get();
      case UBIGINT -> Types.DecimalType.of(20, 0);
      case HUGEINT, UHUGEINT -> Types.DecimalType.of(MOST_DIGITS, 0);
      case FLOAT -> Types.FloatType.get();
      case DOUBLE -> Types.DoubleType.get();
      case VARCHAR, JSON, INTERVAL -> Types.StringType.get();
      case BLOB -> Types.BinaryType.get();
      case DATE -> Types.DateType.get();
      case TIME -> Types.TimeType.get();
      case TIMESTAMP -> Types.TimestampType.withoutZone();
      case TIMESTAMPTZ -> Types.TimestampType.withZone();
      case UUID -> Types.UUIDType.get();
    };
  }

  /** The columns of an Iceberg schema; empty if one has a type that DuckDB does not read. */
  static Optional<Schema> columns(org.apache.iceberg.Schema schema) {
    return columns(schema.columns()).map(Schema::new);
  }

  private static Optional<List<Column>> columns(List<Types.NestedField> fields) {
    List<Column> columns = new ArrayList<>();
    for (Types.NestedField field : fields) {
      Optional<DataType> type = dataType(field.type());
      if (type.isEmpty()) {
        return Optional.empty();
      }
      columns.add(new Column(field.name(), type.get()));
    }
    return Optional.of(columns);
  }

  private static Optional<DataType> dataType(Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> scalarOf(Kind.BOOLEAN);
      case INTEGER -> scalarOf(Kind.INTEGER);
      case LONG -> scalarOf(Kind.BIGINT);
      case FLOAT -> scalarOf(Kind.FLOAT);
      case DOUBLE -> scalarOf(Kind.DOUBLE);
      case STRING -> scalarOf(Kind.VARCHAR);
      case BINARY, FIXED -> scalarOf(Kind.BLOB);
      case DATE -> scalarOf(Kind.DATE);
      case TIME -> scalarOf(Kind.TIME);
      case UUID -> scalarOf(Kind.UUID);
      case TIMESTAMP ->
          scalarOf(
              ((Types.TimestampType) type).shouldAdjustToUTC() ? Kind.TIMESTAMPTZ : Kind.TIMESTAMP);
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield Optional.of(new DataType.Decimal(decimal.precision(), decimal.scale()));
      }
      case LIST -> dataType(type.asListType().elementType()).map(DataType.ListOf::new);
      case MAP ->
          dataType(type.asMapType().keyType())
              .flatMap(
                  key ->
                      dataType(type.asMapType().valueType())
                          .map(value -> new DataType.MapOf(key, value)));
      case STRUCT -> columns(type.asStructType().fields()).map(DataType.Struct::new);
      default -> Optional.empty();
    };
  }

  private static Optional<DataType> scalarOf(Kind kind) {
    return Optional.of(new DataType.Scalar(kind));
  }

  /** True if a column of type {@code held} can take every value of {@code wanted}. */
  static boolean holds(Type held, Type wanted) {
    if (held.isNestedType() || wanted.isNestedType()) {
      return same(held, wanted);
    }
    return held.equals(wanted) || TypeUtil.isPromotionAllowed(wanted, held.asPrimitiveType());
  }

  // Ids differ in a type that is not of a table yet; names and shapes count.
  private static boolean same(Type held, Type wanted) {
    return dataType(held).isPresent() && dataType(held).equals(dataType(wanted));
  }

  /** The ids that DuckDB writes into files: what stands behind {@code FIELD_IDS}. */
  static String fieldIds(List<Types.NestedField> fields) {
    return fields.stream()
        .map(f -> Identifier.literal(f.name()) + ": " + fieldId(f))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String fieldId(Types.NestedField field) {
    return idOf(field.fieldId(), field.type());
  }

  private static String idOf(int id, Type type) {
    String inside;
    if (type.isListType()) {
      Types.ListType list = type.asListType();
      inside = "element: " + idOf(list.elementId(), list.elementType());
    } else if (type.isMapType()) {
      Types.MapType map = type.asMapType();
      inside =
          "key: "
              + idOf(map.keyId(), map.keyType())
              + ", value: "
              + idOf(map.valueId(), map.valueType());
    } else if (type.isStructType()) {
      String fields = fieldIds(type.asStructType().fields());
      inside = fields.substring(1, fields.length() - 1);
    } else {
      return Integer.toString(id);
    }
    return "{__duckdb_field_id: " + id + ", " + inside + "}";
  }

  /** A query's columns by name, each as the table's type. */
  static String cast(org.apache.iceberg.Schema schema, String select) {
    return columns(schema)
        .orElseThrow(() -> new IllegalStateException("columns were looked at before"))
        .columns()
        .stream()
        .map(LakeTypes::castColumn)
        .collect(Collectors.joining(", ", "SELECT ", " FROM (" + select + ")"));
  }

  private static String castColumn(Column column) {
    String name = Identifier.quote(column.name());
    return "CAST(" + name + " AS " + column.type() + ") AS " + name;
  }

  /** What DuckDB reads from files, by ids: what stands behind {@code schema =}. */
  static String readSchema(org.apache.iceberg.Schema schema) {
    List<String> entries = new ArrayList<>();
    for (Types.NestedField field : schema.columns()) {
      String type = String.valueOf(dataType(field.type()).orElseThrow());
      entries.add(
          "%d: {name: %s, type: %s, default_value: NULL}"
              .formatted(
                  field.fieldId(), Identifier.literal(field.name()), Identifier.literal(type)));
    }
    return "MAP {" + String.join(", ", entries) + "}";
  }
}
