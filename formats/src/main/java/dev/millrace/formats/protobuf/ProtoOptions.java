package dev.millrace.formats.protobuf;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.UninterpretedOption;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.squareup.wire.schema.internal.parser.OptionElement;
import dev.millrace.formats.InvalidSchemaException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of files, messages, fields and so on. Those of the language itself become what they are;
 * those that somebody has declared are kept as texts.
 */
final class ProtoOptions {
  private static final String UNINTERPRETED = "uninterpreted_option";
  private static final Map<String, Boolean> BOOLEANS = Map.of("true", true, "false", false);

  private ProtoOptions() {}

  /** Adds options to a message such as {@code FileOptions}. */
  static <B extends Message.Builder> B read(List<OptionElement> elements, B options)
      throws InvalidSchemaException {
    for (OptionElement element : elements) {
      FieldDescriptor field =
          element.isParenthesized()
              ? null
              : options.getDescriptorForType().findFieldByName(element.getName());
      boolean plain = element.getKind() != OptionElement.Kind.OPTION;
      if (field != null && plain && !field.isRepeated() && isScalar(field)) {
        options.setField(field, value(field, String.valueOf(element.getValue())));
      } else {
        options.addRepeatedField(
            options.getDescriptorForType().findFieldByName(UNINTERPRETED), asText(element));
      }
    }
    return options;
  }

  private static boolean isScalar(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case BOOLEAN, STRING, ENUM -> true;
      default -> false;
    };
  }

  private static Object value(FieldDescriptor field, String text) throws InvalidSchemaException {
    Object value =
        switch (field.getJavaType()) {
          case BOOLEAN -> BOOLEANS.get(text);
          case ENUM -> field.getEnumType().findValueByName(text);
          default -> text;
        };
    if (value == null) {
      throw new InvalidSchemaException(
          "`%s` is no value of option `%s`".formatted(text, field.getName()), null);
    }
    return value;
  }

  /** The texts of name and value, which the printer writes as they are. */
  private static UninterpretedOption asText(OptionElement element) {
    StringBuilder name = new StringBuilder();
    OptionElement at = element;
    while (true) {
      name.append(at.isParenthesized() ? "(" + at.getName() + ")" : at.getName());
      if (!(at.getValue() instanceof OptionElement inner)) {
        break;
      }
      name.append('.');
      at = inner;
    }
    StringBuilder value = new StringBuilder();
    write(at.getKind(), at.getValue(), value);
    return UninterpretedOption.newBuilder()
        .addName(
            UninterpretedOption.NamePart.newBuilder()
                .setNamePart(name.toString())
                .setIsExtension(false))
        .setIdentifierValue(value.toString())
        .build();
  }

  private static void write(OptionElement.Kind kind, Object value, StringBuilder out) {
    if (value instanceof Map<?, ?> || value instanceof List<?>) {
      write(value, out);
    } else if (kind == OptionElement.Kind.STRING) {
      out.append(quoted(String.valueOf(value)));
    } else {
      out.append(value);
    }
  }

  /** A value inside of another, which is a text unless it says what it is. */
  private static void write(@Nullable Object value, StringBuilder out) {
    if (value instanceof Map<?, ?> map) {
      out.append("{");
      String before = " ";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.append(before).append(entry.getKey()).append(": ");
        write(entry.getValue(), out);
        before = ", ";
      }
      out.append(" }");
    } else if (value instanceof List<?> list) {
      out.append("[");
      String before = "";
      for (Object element : list) {
        out.append(before);
        write(element, out);
        before = ", ";
      }
      out.append("]");
    } else if (value instanceof OptionElement.OptionPrimitive primitive) {
      write(primitive.getKind(), primitive.getValue(), out);
    } else if (value instanceof OptionElement element) {
      out.append("{ ").append(element.getName()).append(": ");
      write(element.getKind(), element.getValue(), out);
      out.append(" }");
    } else {
      out.append(quoted(String.valueOf(value)));
    }
  }

  /** A text as .proto files write it. */
  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append("\\%03o".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }

  /**
   * Options as {@code name = value}.
   *
   * @param sorted true if they are put into the order of their names
   */
  static List<String> print(Message options, boolean sorted) {
    List<String> printed = new ArrayList<>();
    for (Map.Entry<FieldDescriptor, Object> option : options.getAllFields().entrySet()) {
      FieldDescriptor field = option.getKey();
      if (field.getName().equals(UNINTERPRETED)) {
        for (Object one : (List<?>) option.getValue()) {
          UninterpretedOption text = (UninterpretedOption) Objects.requireNonNull(one);
          printed.add(text.getName(0).getNamePart() + " = " + text.getIdentifierValue());
        }
      } else if (!field.isRepeated() && isScalar(field) && !field.getName().equals("map_entry")) {
        Object value = option.getValue();
        printed.add(
            field.getName() + " = " + (value instanceof String text ? quoted(text) : name(value)));
      }
    }
    if (sorted) {
      printed.sort(Comparator.naturalOrder());
    }
    return printed;
  }

  /** The same without the options that somebody has declared, and that are texts here. */
  static FileDescriptorProto withoutDeclared(FileDescriptorProto file) {
    FileDescriptorProto.Builder builder = file.toBuilder();
    clear(builder);
    return builder.build();
  }

  private static void clear(Message.Builder builder) {
    for (FieldDescriptor field : builder.getAllFields().keySet()) {
      if (field.getName().equals(UNINTERPRETED)) {
        builder.clearField(field);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && field.isRepeated()) {
        for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
          Message.Builder element = ((Message) builder.getRepeatedField(field, i)).toBuilder();
          clear(element);
          builder.setRepeatedField(field, i, element.build());
        }
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        Message.Builder inner = ((Message) builder.getField(field)).toBuilder();
        clear(inner);
        builder.setField(field, inner.build());
      }
    }
  }

  private static String name(Object value) {
    return value instanceof EnumValueDescriptor constant ? constant.getName() : value.toString();
  }
}
