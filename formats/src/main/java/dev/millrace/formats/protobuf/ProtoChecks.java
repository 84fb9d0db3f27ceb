package dev.millrace.formats.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import dev.millrace.formats.InvalidSchemaException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/**
 * What Google's compiler refuses, and neither Wire's parser nor the linking of descriptors does.
 */
final class ProtoChecks {
  /** The highest number of a field. */
  static final int HIGHEST = (1 << 29) - 1;

  private static final int OWN_FROM = 19_000;
  private static final int OWN_TO = 19_999;

  private static final Set<Type> NO_KEYS =
      EnumSet.of(
          Type.TYPE_FLOAT,
          Type.TYPE_DOUBLE,
          Type.TYPE_BYTES,
          Type.TYPE_ENUM,
          Type.TYPE_MESSAGE,
          Type.TYPE_GROUP);

  private final boolean proto3;

  private ProtoChecks(boolean proto3) {
    this.proto3 = proto3;
  }

  static void check(FileDescriptorProto file) throws InvalidSchemaException {
    ProtoChecks checks = new ProtoChecks(file.getSyntax().equals("proto3"));
    for (DescriptorProto message : file.getMessageTypeList()) {
      checks.message(message, message.getName());
    }
    for (EnumDescriptorProto enumeration : file.getEnumTypeList()) {
      checks.enumeration(enumeration, enumeration.getName());
    }
  }

  /** Refuses entries of maps that are not such; of a text they always are. */
  static void checkEntries(FileDescriptorProto descriptor) throws InvalidSchemaException {
    for (DescriptorProto message : descriptor.getMessageTypeList()) {
      require(
          !message.getOptions().getMapEntry(),
          message.getName(),
          "has option `map_entry`, which only maps have");
      checkEntries(message, message.getName());
    }
  }

  private static void checkEntries(DescriptorProto message, String path)
      throws InvalidSchemaException {
    for (DescriptorProto nested : message.getNestedTypeList()) {
      String where = path + "." + nested.getName();
      require(
          !nested.getOptions().getMapEntry()
              || (nested.getFieldCount() == 2
                  && isPart(nested.getField(0), "key", 1)
                  && isPart(nested.getField(1), "value", 2)),
          where,
          "has option `map_entry`, but not the fields `key` = 1 and `value` = 2 alone");
      checkEntries(nested, where);
    }
  }

  private static boolean isPart(FieldDescriptorProto field, String name, int number) {
    return field.getName().equals(name)
        && field.getNumber() == number
        && field.getLabel() == FieldDescriptorProto.Label.LABEL_OPTIONAL;
  }

  private void message(DescriptorProto message, String path) throws InvalidSchemaException {
    int[] members = new int[message.getOneofDeclCount()];
    for (FieldDescriptorProto field : message.getFieldList()) {
      field(field, path + "." + field.getName());
      notReserved(message, field, path + "." + field.getName());
      if (field.hasOneofIndex() && field.getOneofIndex() < members.length) {
        members[field.getOneofIndex()]++;
      }
    }
    for (int i = 0; i < members.length; i++) {
      require(members[i] > 0, path + "." + message.getOneofDecl(i).getName(), "has no fields");
    }
    if (message.getOptions().getMapEntry() && message.getFieldCount() > 0) {
      FieldDescriptorProto key = message.getField(0);
      require(
          key.hasType() && !NO_KEYS.contains(key.getType()),
          path + ".key",
          "is of type `%s`, and keys of maps are whole numbers, texts or bool"
              .formatted(key.hasType() ? ProtoTypes.name(key.getType()) : key.getTypeName()));
    }
    for (DescriptorProto nested : message.getNestedTypeList()) {
      message(nested, path + "." + nested.getName());
    }
    for (EnumDescriptorProto enumeration : message.getEnumTypeList()) {
      enumeration(enumeration, path + "." + enumeration.getName());
    }
  }

  private void field(FieldDescriptorProto field, String path) throws InvalidSchemaException {
    int number = field.getNumber();
    require(
        number >= 1 && number <= HIGHEST,
        path,
        "has number " + number + ", and those of fields are 1 to " + HIGHEST);
    require(
        number < OWN_FROM || number > OWN_TO,
        path,
        "has number " + number + ", and 19000 to 19999 are Protobuf's own");
    if (proto3) {
      require(
          field.getLabel() != FieldDescriptorProto.Label.LABEL_REQUIRED,
          path,
          "is required, which proto3 does not know");
      require(!field.hasDefaultValue(), path, "has a default, which proto3 does not know");
      require(field.getType() != Type.TYPE_GROUP, path, "is a group, which proto3 does not know");
    }
  }

  private static void notReserved(DescriptorProto message, FieldDescriptorProto field, String path)
      throws InvalidSchemaException {
    require(!message.getReservedNameList().contains(field.getName()), path, "has a reserved name");
    require(
        message.getReservedRangeList().stream()
            .noneMatch(r -> field.getNumber() >= r.getStart() && field.getNumber() < r.getEnd()),
        path,
        "has the reserved number " + field.getNumber());
  }

  private void enumeration(EnumDescriptorProto enumeration, String path)
      throws InvalidSchemaException {
    Set<Integer> numbers = new HashSet<>();
    boolean alias = enumeration.getOptions().getAllowAlias();
    require(enumeration.getValueCount() > 0, path, "has no values");
    require(
        !proto3 || enumeration.getValue(0).getNumber() == 0,
        path,
        "begins with another value than 0, which proto3 wants first");
    for (EnumValueDescriptorProto value : enumeration.getValueList()) {
      String where = path + "." + value.getName();
      require(
          numbers.add(value.getNumber()) || alias,
          where,
          "has number " + value.getNumber() + " as another value has, without `allow_alias`");
      require(
          !enumeration.getReservedNameList().contains(value.getName())
              && enumeration.getReservedRangeList().stream()
                  .noneMatch(
                      r -> value.getNumber() >= r.getStart() && value.getNumber() <= r.getEnd()),
          where,
          "has a reserved name or number");
    }
  }

  private static void require(boolean fits, String path, String what)
      throws InvalidSchemaException {
    if (!fits) {
      throw new InvalidSchemaException("`" + path + "` " + what, null);
    }
  }
}
