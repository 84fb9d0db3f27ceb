package dev.millrace.formats.protobuf;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.Type;
import com.google.protobuf.Message;
import dev.millrace.formats.BadRecordException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Messages as JSON objects with all fields of their schema, by the names of the .proto file. A
 * field whose absence can be told is null if it is absent, another one has its default; bytes are
 * base64, values of enumerations their names, and {@link KnownMessages} what they mean.
 */
final class MessageJson {
  private MessageJson() {}

  static void write(Message message, JsonGenerator json) throws IOException, BadRecordException {
    if (KnownMessages.write(message, json)) {
      return;
    }
    json.writeStartObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      json.writeFieldName(field.getName());
      if (field.isMapField()) {
        map(field, message, json);
      } else if (field.isRepeated()) {
        json.writeStartArray();
        for (Object value : (List<?>) message.getField(field)) {
          value(field, Objects.requireNonNull(value), json);
        }
        json.writeEndArray();
      } else if (field.hasPresence() && !message.hasField(field)) {
        json.writeNull();
      } else {
        value(field, message.getField(field), json);
      }
    }
    json.writeEndObject();
  }

  /** Of entries with the same key the last counts; a part that an entry lacks is its default. */
  private static void map(FieldDescriptor field, Message message, JsonGenerator json)
      throws IOException, BadRecordException {
    FieldDescriptor key = Objects.requireNonNull(field.getMessageType().findFieldByNumber(1));
    FieldDescriptor value = Objects.requireNonNull(field.getMessageType().findFieldByNumber(2));
    Map<String, Object> entries = new LinkedHashMap<>();
    for (Object entry : (List<?>) message.getField(field)) {
      Message parts = (Message) Objects.requireNonNull(entry);
      entries.put(key(key, parts.getField(key)), parts.getField(value));
    }
    json.writeStartObject();
    for (Map.Entry<String, Object> entry : entries.entrySet()) {
      json.writeFieldName(entry.getKey());
      value(value, entry.getValue(), json);
    }
    json.writeEndObject();
  }

  private static String key(FieldDescriptor field, Object key) {
    return switch (field.getType()) {
      case UINT32, FIXED32 -> Integer.toUnsignedString((Integer) key);
      case UINT64, FIXED64 -> Long.toUnsignedString((Long) key);
      default -> key.toString();
    };
  }

  private static void value(FieldDescriptor field, Object value, JsonGenerator json)
      throws IOException, BadRecordException {
    switch (field.getJavaType()) {
      case INT -> {
        boolean unsigned = field.getType() == Type.UINT32 || field.getType() == Type.FIXED32;
        json.writeNumber(unsigned ? Integer.toUnsignedLong((Integer) value) : (Integer) value);
      }
      case LONG -> {
        boolean unsigned = field.getType() == Type.UINT64 || field.getType() == Type.FIXED64;
        if (unsigned && (Long) value < 0) {
          json.writeNumber(new BigInteger(Long.toUnsignedString((Long) value)));
        } else {
          json.writeNumber((Long) value);
        }
      }
      case FLOAT -> json.writeNumber((Float) value);
      case DOUBLE -> json.writeNumber((Double) value);
      case BOOLEAN -> json.writeBoolean((Boolean) value);
      case STRING -> json.writeString((String) value);
      case BYTE_STRING -> {
        byte[] bytes = ((ByteString) value).toByteArray();
        json.writeBinary(Base64Variants.MIME_NO_LINEFEEDS, bytes, 0, bytes.length);
      }
      case ENUM -> {
        EnumValueDescriptor constant = (EnumValueDescriptor) value;
        // One that the schema does not have is known by its number only.
        json.writeString(constant.getIndex() < 0 ? "" + constant.getNumber() : constant.getName());
      }
      case MESSAGE -> write((Message) value, json);
    }
  }

  /** Writes the only field of a message as if it were in its place. */
  static void writeOnly(Message message, JsonGenerator json)
      throws IOException, BadRecordException {
    FieldDescriptor field = message.getDescriptorForType().getFields().get(0);
    value(field, message.getField(field), json);
  }
}
