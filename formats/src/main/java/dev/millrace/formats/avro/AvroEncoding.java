package dev.millrace.formats.avro;

import static dev.millrace.formats.json.RowValues.number;
import static dev.millrace.formats.json.RowValues.real;
import static dev.millrace.formats.json.RowValues.require;
import static dev.millrace.formats.json.RowValues.text;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.type.Column;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.RowEncoding;
import dev.millrace.formats.SchemaText;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.json.RowValues;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Rows in JSON as Avro's binary values, of the schema that their columns have. Thread-safe. */
public final class AvroEncoding implements RowEncoding {
  private final Schema schema;
  private final boolean rows;

  private AvroEncoding(Schema schema, boolean rows) {
    this.schema = schema;
    this.rows = rows;
  }

  /**
   * Of JSON objects with a field for each column.
   *
   * @throws dev.millrace.api.error.StopException if a column's name cannot be that of a field
   */
  public static AvroEncoding ofRows(String topic, List<Column> columns) {
    return new AvroEncoding(AvroColumns.record(topic, columns), true);
  }

  /** Of texts in UTF-8. */
  public static AvroEncoding ofTexts() {
    return new AvroEncoding(Schema.create(Schema.Type.STRING), false);
  }

  @Override
  public SchemaText schema() {
    return new SchemaText(SchemaType.AVRO, schema.toString());
  }

  @Override
  public byte[] encode(byte[] json, int room) throws BadRecordException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(room + json.length);
    bytes.writeBytes(new byte[room]);
    BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
    try {
      if (rows) {
        JsonNode row = RowValues.row(json);
        for (Schema.Field field : schema.getFields()) {
          field(field, row.path(field.name()), out);
        }
      } else {
        out.writeString(new String(json, UTF_8));
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void field(Schema.Field field, JsonNode value, BinaryEncoder out)
      throws IOException, BadRecordException {
    try {
      write(field.schema(), value, out);
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
      throw RowValues.unfit(field.name(), name(field.schema().getTypes().get(1)), value);
    }
  }

  private static String name(Schema type) {
    return type.getLogicalType() != null
        ? type.getLogicalType().getName()
        : type.getType().getName();
  }

  private static void write(Schema schema, JsonNode value, BinaryEncoder out) throws IOException {
    switch (schema.getType()) {
      case UNION -> {
        boolean isNull = RowValues.isNull(value);
        out.writeIndex(isNull ? 0 : 1);
        if (!isNull) {
          write(schema.getTypes().get(1), value, out);
        }
      }
      case RECORD -> {
        require(value.isObject());
        for (Schema.Field field : schema.getFields()) {
          write(field.schema(), value.path(field.name()), out);
        }
      }
      case ARRAY -> {
        require(value.isArray());
        out.writeArrayStart();
        out.setItemCount(value.size());
        for (JsonNode element : value) {
          out.startItem();
          write(schema.getElementType(), element, out);
        }
        out.writeArrayEnd();
      }
      case MAP -> {
        require(value.isObject());
        out.writeMapStart();
        out.setItemCount(value.size());
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
          out.startItem();
          out.writeString(entry.getKey());
          write(schema.getValueType(), entry.getValue(), out);
        }
        out.writeMapEnd();
      }
      default -> plain(schema, value, out);
    }
  }

  private static void plain(Schema schema, JsonNode value, BinaryEncoder out) throws IOException {
    LogicalType logical = schema.getLogicalType();
    switch (schema.getType()) {
      case BOOLEAN -> {
        require(value.isBoolean());
        out.writeBoolean(value.booleanValue());
      }
      case INT -> {
        if (logical == null) {
          out.writeInt(number(value).intValueExact());
        } else {
          out.writeInt(Math.toIntExact(LocalDate.parse(text(value)).toEpochDay()));
        }
      }
      case LONG ->
          out.writeLong(logical == null ? number(value).longValueExact() : micros(logical, value));
      case FLOAT -> out.writeFloat((float) real(value));
      case DOUBLE -> out.writeDouble(real(value));
      case BYTES -> {
        if (logical instanceof LogicalTypes.Decimal decimal) {
          BigDecimal number = number(value).setScale(decimal.getScale());
          require(number.precision() <= decimal.getPrecision());
          out.writeBytes(ByteBuffer.wrap(number.unscaledValue().toByteArray()));
        } else {
          out.writeBytes(Base64.getDecoder().decode(text(value)));
        }
      }
      default -> out.writeString(RowValues.anyText(value));
    }
  }

  /** Microseconds since 1970, or since midnight. */
  private static long micros(LogicalType logical, JsonNode value) {
    return logical instanceof LogicalTypes.TimeMicros
        ? LocalTime.parse(text(value)).toNanoOfDay() / 1_000
        : ChronoUnit.MICROS.between(LocalDateTime.of(1970, 1, 1, 0, 0), RowValues.dateTime(value));
  }
}
