package dev.millrace.formats.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The types of fields, by the names that .proto files have for them. */
final class ProtoTypes {
  private static final Pattern MAP =
      Pattern.compile("map\\s*<\\s*([^,\\s]+)\\s*,\\s*([^>\\s]+)\\s*>");
  private static final Map<String, Type> SCALARS = new TreeMap<>();

  static {
    for (Type type : Type.values()) {
      if (type != Type.TYPE_MESSAGE && type != Type.TYPE_ENUM && type != Type.TYPE_GROUP) {
        SCALARS.put(name(type), type);
      }
    }
  }

  private ProtoTypes() {}

  /** The name of a type of plain values. */
  static String name(Type type) {
    return type.name().substring("TYPE_".length()).toLowerCase(Locale.ROOT);
  }

  /** The types of keys and values of a map; empty if the type is another. */
  static List<String> ofMap(String type) {
    Matcher map = MAP.matcher(type);
    return map.matches() ? List.of(map.group(1), map.group(2)) : List.of();
  }

  /** Sets a field's type; of one that has to be looked up its name alone. */
  static void set(String type, FieldDescriptorProto.Builder field) {
    Type scalar = SCALARS.get(type);
    if (scalar != null) {
      field.setType(scalar);
    } else {
      field.setTypeName(type);
    }
  }

  /** The message that a map is a list of. */
  static DescriptorProto entry(String field, List<String> types) {
    FieldDescriptorProto.Builder key = part("key", 1);
    set(types.get(0), key);
    FieldDescriptorProto.Builder value = part("value", 2);
    set(types.get(1), value);
    return DescriptorProto.newBuilder()
        .setName(entryName(field))
        .addField(key)
        .addField(value)
        .setOptions(MessageOptions.newBuilder().setMapEntry(true))
        .build();
  }

  private static FieldDescriptorProto.Builder part(String name, int number) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
  }

  /** The name of the message of a map's entries. */
  static String entryName(String field) {
    String name = camelCase(field);
    if (name.isEmpty()) {
      return "Entry";
    }
    // Google's compiler lets a name begin with a digit here, which its library for Java does not.
    String before = Character.isDigit(name.charAt(0)) ? "_" : "";
    return before + Character.toUpperCase(name.charAt(0)) + name.substring(1) + "Entry";
  }

  /** A field's name as JSON has it, unless the field says otherwise. */
  static String camelCase(String field) {
    StringBuilder name = new StringBuilder();
    boolean upper = false;
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '_') {
        upper = true;
      } else {
        name.append(upper ? Character.toUpperCase(c) : c);
        upper = false;
      }
    }
    return name.toString();
  }
}
