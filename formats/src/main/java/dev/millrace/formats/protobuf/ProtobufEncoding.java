package dev.millrace.formats.protobuf;

import static dev.millrace.formats.json.RowValues.number;
import static dev.millrace.formats.json.RowValues.require;
import static dev.millrace.formats.json.RowValues.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.InvalidSchemaException;
import dev.millrace.formats.RowEncoding;
import dev.millrace.formats.SchemaText;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.json.RowValues;
import dev.millrace.formats.registry.RegistryError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Rows in JSON as messages of the .proto file that their columns have. Thread-safe. */
public final class ProtobufEncoding implements RowEncoding {
  /** That it is the file's first message. */
  private static final int INDEXES = 1;

  private static final long MOST_UNSIGNED = 0xffff_ffffL;

  private final List<Column> columns;
  private final Descriptor message;
  private final SchemaText schema;

  /**
   * An encoding.
   *
   * @param before the file of these values as it was, whose numbers are kept
   * @throws StopException if the columns cannot be the fields of a message, or not of one that goes
   *     on with that of before
   */
  public ProtobufEncoding(String topic, List<Column> columns, Optional<ProtobufSchema> before) {
    FileDescriptorProto file =
        ProtobufColumns.file(topic, columns, before.map(s -> s.file().toProto()));
    try {
      String text = ProtoPrinting.print(file, false);
      this.schema = new SchemaText(SchemaType.PROTOBUF, text);
      this.message = ProtobufSchema.parse(text, Map.of()).file().getMessageTypes().get(0);
    } catch (InvalidSchemaException e) {
      // Before may be what somebody else wrote, of which not all can be kept.
      throw new StopException(
          Problem.error(
              RegistryError.REGISTRY_SCHEMA_REFUSED,
              null,
              "the columns of `%s` make no .proto file%s: %s"
                  .formatted(
                      topic,
                      before.isPresent() ? " that goes on with the newest schema" : "",
                      e.getMessage()),
              before.isPresent()
                  ? "write to another topic, or delete the schemas that the registry has for this one"
                  : "rename the column that it names"),
          e);
    }
    this.columns = List.copyOf(columns);
  }

  @Override
  public SchemaText schema() {
    return schema;
  }

  @Override
  public byte[] encode(byte[] json, int room) throws BadRecordException {
    JsonNode row = RowValues.row(json);
    DynamicMessage.Builder builder = DynamicMessage.newBuilder(message);
    for (Column column : columns) {
      JsonNode value = row.path(column.name());
      try {
        put(builder, column, value);
      } catch (NullInside e) {
        throw new BadRecordException(
            "field `%s` has NULL in a list or a map, where Protobuf has none: %s"
                .formatted(column.name(), RowValues.shown(value)));
      } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
        throw RowValues.unfit(column.name(), column.type().toString(), value);
      }
    }
    DynamicMessage made = builder.build();
    byte[] bytes = new byte[room + INDEXES + made.getSerializedSize()];
    CodedOutputStream out =
        CodedOutputStream.newInstance(bytes, room + INDEXES, made.getSerializedSize());
    try {
      made.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }

  /** A list or a map has a value that is none. */
  private static final class NullInside extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NullInside() {
      super(null, null, false, false);
    }
  }

  private static void put(Message.Builder in, Column column, JsonNode value) {
    if (RowValues.isNull(value)) {
      return;
    }
    FieldDescriptor field =
        Objects.requireNonNull(in.getDescriptorForType().findFieldByName(column.name()));
    if (column.type() instanceof DataType.ListOf list) {
      require(value.isArray());
      for (JsonNode element : value) {
        in.addRepeatedField(field, one(in, field, list.element(), element));
      }
    } else if (column.type() instanceof DataType.MapOf map) {
      require(value.isObject());
      for (Map.Entry<String, JsonNode> entry : value.properties()) {
        Message.Builder made = in.newBuilderForField(field);
        List<FieldDescriptor> parts = made.getDescriptorForType().getFields();
        made.setField(parts.get(0), entry.getKey());
        made.setField(parts.get(1), one(made, parts.get(1), map.value(), entry.getValue()));
        in.addRepeatedField(field, made.build());
      }
    } else {
      in.setField(field, one(in, field, column.type(), value));
    }
  }

  private static Object one(
      Message.Builder in, FieldDescriptor field, DataType type, JsonNode value) {
    if (RowValues.isNull(value)) {
      throw new NullInside();
    }
    if (type instanceof DataType.Struct struct) {
      require(value.isObject());
      Message.Builder made = in.newBuilderForField(field);
      struct.fields().forEach(c -> put(made, c, value.path(c.name())));
      return made.build();
    }
    if (type instanceof DataType.ListOf || type instanceof DataType.MapOf) {
      Message.Builder made = in.newBuilderForField(field);
      String name = made.getDescriptorForType().getFields().get(0).getName();
      put(made, new Column(name, type), value);
      return made.build();
    }
    if (type instanceof DataType.Decimal decimal) {
      var exact = number(value).setScale(decimal.scale());
      require(exact.precision() <= decimal.precision());
      return exact.toPlainString();
    }
    return type instanceof DataType.Scalar scalar
        ? scalar(scalar.kind(), value, in, field)
        : RowValues.anyText(value);
  }

  private static Object scalar(
      DataType.Kind kind, JsonNode value, Message.Builder in, FieldDescriptor field) {
    return switch (kind) {
      case BOOLEAN -> {
        require(value.isBoolean());
        yield value.booleanValue();
      }
      case TINYINT, SMALLINT, INTEGER -> number(value).intValueExact();
      case UTINYINT, USMALLINT, UINTEGER -> {
        long number = number(value).longValueExact();
        require(number >= 0 && number <= MOST_UNSIGNED);
        yield (int) number;
      }
      case BIGINT -> number(value).longValueExact();
      case UBIGINT -> {
        BigInteger number = number(value).toBigIntegerExact();
        require(number.signum() >= 0 && number.bitLength() <= Long.SIZE);
        yield number.longValue();
      }
      case HUGEINT, UHUGEINT -> number(value).toBigIntegerExact().toString();
      case FLOAT -> (float) RowValues.real(value);
      case DOUBLE -> RowValues.real(value);
      case BLOB -> ByteString.copyFrom(Base64.getDecoder().decode(text(value)));
      case DATE -> {
        LocalDate date = LocalDate.parse(text(value));
        yield parts(in, field, date.getYear(), date.getMonthValue(), date.getDayOfMonth());
      }
      case TIME -> {
        LocalTime time = LocalTime.parse(text(value));
        yield parts(in, field, time.getHour(), time.getMinute(), time.getSecond(), time.getNano());
      }
      case TIMESTAMPTZ -> {
        LocalDateTime time = RowValues.dateTime(value);
        long second = time.toEpochSecond(ZoneOffset.UTC);
        require(KnownMessages.isTimestamp(second));
        yield parts(in, field, second, time.getNano());
      }
      case TIMESTAMP -> RowValues.dateTime(value).format(DateTimeFormatter.ISO_LOCAL_DATE_TIME);
      case UUID, VARCHAR, INTERVAL, JSON -> RowValues.anyText(value);
    };
  }

  /** A message whose fields are these, in the order of their numbers. */
  private static Message parts(Message.Builder in, FieldDescriptor field, Object... values) {
    Message.Builder made = in.newBuilderForField(field);
    for (int i = 0; i < values.length; i++) {
      FieldDescriptor part = made.getDescriptorForType().findFieldByNumber(i + 1);
      made.setField(Objects.requireNonNull(part), values[i]);
    }
    return made.build();
  }
}
