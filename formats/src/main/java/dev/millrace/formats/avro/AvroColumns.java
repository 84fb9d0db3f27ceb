package dev.millrace.formats.avro;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.formats.registry.RegistryError;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.avro.JsonProperties;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * The Avro schema of columns. Every field may be null, and is if it is missing, so that columns may
 * come and go under any compatibility level but those that forbid it to both sides.
 */
final class AvroColumns {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Digits of the widest integer. */
  private static final int HUGE_DIGITS = 39;

  private AvroColumns() {}

  /**
   * The record of a topic's values: its name is the topic's last word, its namespace the others.
   */
  static Schema record(String topic, List<Column> columns) {
    List<String> words = new ArrayList<>();
    for (String word : topic.split("\\.", -1)) {
      String legal = word.replaceAll("[^A-Za-z0-9_]", "_");
      words.add(legal.isEmpty() || Character.isDigit(legal.charAt(0)) ? "_" + legal : legal);
    }
    String name = words.remove(words.size() - 1);
    return record(name, String.join(".", words), columns);
  }

  private static Schema record(String name, String namespace, List<Column> columns) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Column column : columns) {
      if (!NAME.matcher(column.name()).matches()) {
        throw new StopException(
            Problem.error(
                RegistryError.REGISTRY_SCHEMA_REFUSED,
                null,
                "`" + column.name() + "` cannot be the name of a field in Avro",
                "give the column a name of letters, digits and `_`"),
            null);
      }
      Schema type = type(name + "_" + column.name(), namespace, column.type());
      fields.add(new Schema.Field(column.name(), nullable(type), null, JsonProperties.NULL_VALUE));
    }
    return Schema.createRecord(name, null, namespace, false, fields);
  }

  private static Schema nullable(Schema type) {
    return Schema.createUnion(Schema.create(Schema.Type.NULL), type);
  }

  private static Schema type(String path, String namespace, DataType type) {
    if (type instanceof DataType.Decimal decimal) {
      return decimal(decimal.precision(), decimal.scale());
    }
    if (type instanceof DataType.ListOf list) {
      return Schema.createArray(nullable(type(path, namespace, list.element())));
    }
    if (type instanceof DataType.MapOf map) {
      return Schema.createMap(nullable(type(path, namespace, map.value())));
    }
    if (type instanceof DataType.Struct struct) {
      return record(path, namespace, struct.fields());
    }
    if (type instanceof DataType.Scalar scalar) {
      return scalar(scalar.kind());
    }
    return Schema.create(Schema.Type.STRING);
  }

  private static Schema scalar(DataType.Kind kind) {
    return switch (kind) {
      case BOOLEAN -> Schema.create(Schema.Type.BOOLEAN);
      case TINYINT, SMALLINT, INTEGER, UTINYINT, USMALLINT -> Schema.create(Schema.Type.INT);
      case BIGINT, UINTEGER -> Schema.create(Schema.Type.LONG);
      case UBIGINT, HUGEINT, UHUGEINT -> decimal(HUGE_DIGITS, 0);
      case FLOAT -> Schema.create(Schema.Type.FLOAT);
      case DOUBLE -> Schema.create(Schema.Type.DOUBLE);
      case BLOB -> Schema.create(Schema.Type.BYTES);
      case DATE -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
      case TIME -> LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case TIMESTAMP ->
          LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case TIMESTAMPTZ ->
          LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case UUID -> LogicalTypes.uuid().addToSchema(Schema.create(Schema.Type.STRING));
      case VARCHAR, INTERVAL, JSON -> Schema.create(Schema.Type.STRING);
    };
  }

  private static Schema decimal(int precision, int scale) {
    return LogicalTypes.decimal(precision, scale).addToSchema(Schema.create(Schema.Type.BYTES));
  }
}
