package dev.millrace.formats.avro;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.JsonOutput;
import dev.millrace.formats.RecordDecoding;
import dev.millrace.formats.json.JsonTexts;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Avro's binary values as JSON: records, maps and arrays are objects and arrays, a union is the
 * value of its branch, bytes are base64, times ISO 8601, decimals of more than 15 digits texts.
 */
public final class AvroDecoding implements RecordDecoding {
  /** A few damaged bytes may claim any number of elements that take no bytes. */
  private static final int MAX_ELEMENTS = 10_000_000;

  private static final int DEEPEST = 256;

  private final Schema schema;

  /** A decoding of values that were written with this schema. */
  public AvroDecoding(Schema schema) {
    this.schema = schema;
  }

  @Override
  public void decode(byte[] bytes, int start, int length, JsonOutput out)
      throws BadRecordException {
    BinaryDecoder in = DecoderFactory.get().binaryDecoder(bytes, start, length, null);
    out.append(json -> write(in, json));
  }

  private void write(BinaryDecoder in, JsonGenerator json) throws IOException, BadRecordException {
    try {
      new Value(in, json).write(schema, 0);
    } catch (EOFException e) {
      throw new BadRecordException("not the Avro that its schema says: it is cut off");
    } catch (IOException | AvroRuntimeException | DateTimeException | ArithmeticException e) {
      throw new BadRecordException("not the Avro that its schema says: " + e.getMessage());
    } catch (IndexOutOfBoundsException | UnsupportedOperationException e) {
      throw new BadRecordException("not the Avro that its schema says: " + e.getMessage());
    }
    if (!in.isEnd()) {
      throw new BadRecordException(
          "not the Avro that its schema says: there are bytes behind its end");
    }
  }

  /** One value on its way. */
  private static final class Value {
    private final BinaryDecoder in;
    private final JsonGenerator json;
    private @Nullable Utf8 text;
    private long elements;

    Value(BinaryDecoder in, JsonGenerator json) {
      this.in = in;
      this.json = json;
    }

    void write(Schema schema, int depth) throws IOException {
      if (depth > DEEPEST) {
        throw new IOException("it is nested more than " + DEEPEST + " deep");
      }
      switch (schema.getType()) {
        case UNION -> write(branch(schema), depth + 1);
        case RECORD -> record(schema, depth);
        case ARRAY -> array(schema.getElementType(), depth);
        case MAP -> map(schema.getValueType(), depth);
        case BYTES -> bytes(in.readBytes(null), schema);
        case FIXED -> {
          byte[] fixed = new byte[schema.getFixedSize()];
          in.readFixed(fixed);
          bytes(ByteBuffer.wrap(fixed), schema);
        }
        case INT -> whole(in.readInt(), schema.getLogicalType());
        case LONG -> whole(in.readLong(), schema.getLogicalType());
        case FLOAT -> json.writeNumber(in.readFloat());
        case DOUBLE -> json.writeNumber(in.readDouble());
        case BOOLEAN -> json.writeBoolean(in.readBoolean());
        case ENUM -> json.writeString(symbol(schema, in.readEnum()));
        case STRING -> {
          text = in.readString(text);
          json.writeUTF8String(text.getBytes(), 0, text.getByteLength());
        }
        case NULL -> {
          in.readNull();
          json.writeNull();
        }
      }
    }

    private Schema branch(Schema union) throws IOException {
      int index = in.readIndex();
      if (index < 0 || index >= union.getTypes().size()) {
        throw new IOException("a union has no branch " + index);
      }
      return union.getTypes().get(index);
    }

    private static String symbol(Schema schema, int index) throws IOException {
      if (index < 0 || index >= schema.getEnumSymbols().size()) {
        throw new IOException("enumeration `" + schema.getName() + "` has no value " + index);
      }
      return schema.getEnumSymbols().get(index);
    }

    private void record(Schema schema, int depth) throws IOException {
      json.writeStartObject();
      for (Schema.Field field : schema.getFields()) {
        json.writeFieldName(field.name());
        write(field.schema(), depth + 1);
      }
      json.writeEndObject();
    }

    private void array(Schema element, int depth) throws IOException {
      json.writeStartArray();
      for (long count = in.readArrayStart(); count > 0; count = in.arrayNext()) {
        count(count);
        for (long i = 0; i < count; i++) {
          write(element, depth + 1);
        }
      }
      json.writeEndArray();
    }

    private void map(Schema value, int depth) throws IOException {
      json.writeStartObject();
      for (long count = in.readMapStart(); count > 0; count = in.mapNext()) {
        count(count);
        for (long i = 0; i < count; i++) {
          json.writeFieldName(in.readString());
          write(value, depth + 1);
        }
      }
      json.writeEndObject();
    }

    private void count(long more) throws IOException {
      elements += more;
      if (elements > MAX_ELEMENTS) {
        throw new IOException("it claims to have more than " + MAX_ELEMENTS + " elements");
      }
    }

    private void bytes(ByteBuffer buffer, Schema schema) throws IOException {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      LogicalType logical = schema.getLogicalType();
      if (logical instanceof LogicalTypes.Decimal decimal) {
        JsonTexts.writeDecimal(new BigDecimal(new BigInteger(bytes), decimal.getScale()), json);
      } else if (logical instanceof LogicalTypes.Uuid) {
        ByteBuffer halves = ByteBuffer.wrap(bytes);
        json.writeString(new UUID(halves.getLong(), halves.getLong()).toString());
      } else if (schema.getType() == Schema.Type.FIXED && "duration".equals(name(schema))) {
        ByteBuffer parts = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        json.writeString(
            "%d months %d days %d milliseconds"
                .formatted(unsigned(parts), unsigned(parts), unsigned(parts)));
      } else {
        json.writeBinary(Base64Variants.MIME_NO_LINEFEEDS, bytes, 0, bytes.length);
      }
    }

    private static @Nullable String name(Schema schema) {
      // The library knows this one by another class in each version.
      return schema.getLogicalType() == null
          ? schema.getProp("logicalType")
          : schema.getLogicalType().getName();
    }

    private static long unsigned(ByteBuffer parts) {
      return Integer.toUnsignedLong(parts.getInt());
    }

    private void whole(long value, @Nullable LogicalType logical) throws IOException {
      if (logical == null) {
        json.writeNumber(value);
        return;
      }
      switch (logical.getName()) {
        case "date" -> json.writeString(LocalDate.ofEpochDay(value).toString());
        case "time-millis" -> time(Math.multiplyExact(value, 1_000_000L));
        case "time-micros" -> time(Math.multiplyExact(value, 1_000L));
        case "timestamp-millis" -> json.writeString(instant(value, 1_000).toString());
        case "timestamp-micros" -> json.writeString(instant(value, 1_000_000).toString());
        case "timestamp-nanos" -> json.writeString(instant(value, 1_000_000_000).toString());
        case "local-timestamp-millis" -> local(instant(value, 1_000));
        case "local-timestamp-micros" -> local(instant(value, 1_000_000));
        case "local-timestamp-nanos" -> local(instant(value, 1_000_000_000));
        default -> json.writeNumber(value);
      }
    }

    private void time(long nanos) throws IOException {
      json.writeString(LocalTime.ofNanoOfDay(nanos).format(DateTimeFormatter.ISO_LOCAL_TIME));
    }

    private void local(Instant instant) throws IOException {
      json.writeString(
          LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
              .format(DateTimeFormatter.ISO_LOCAL_DATE_TIME));
    }

    private static Instant instant(long value, long perSecond) {
      return Instant.ofEpochSecond(
          Math.floorDiv(value, perSecond),
          Math.floorMod(value, perSecond) * (1_000_000_000 / perSecond));
    }
  }
}
