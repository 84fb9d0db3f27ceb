package dev.millrace.formats.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto.ExtensionRange;
import com.google.protobuf.DescriptorProtos.DescriptorProto.ReservedRange;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto.EnumReservedRange;
import com.google.protobuf.DescriptorProtos.EnumOptions;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueOptions;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileOptions;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.DescriptorProtos.OneofOptions;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceOptions;
import com.google.protobuf.TextFormat;
import com.squareup.wire.Syntax;
import com.squareup.wire.schema.Field.Label;
import com.squareup.wire.schema.Location;
import com.squareup.wire.schema.internal.parser.EnumConstantElement;
import com.squareup.wire.schema.internal.parser.EnumElement;
import com.squareup.wire.schema.internal.parser.ExtendElement;
import com.squareup.wire.schema.internal.parser.ExtensionsElement;
import com.squareup.wire.schema.internal.parser.FieldElement;
import com.squareup.wire.schema.internal.parser.GroupElement;
import com.squareup.wire.schema.internal.parser.MessageElement;
import com.squareup.wire.schema.internal.parser.OneOfElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.ProtoParser;
import com.squareup.wire.schema.internal.parser.ReservedElement;
import com.squareup.wire.schema.internal.parser.RpcElement;
import com.squareup.wire.schema.internal.parser.ServiceElement;
import com.squareup.wire.schema.internal.parser.TypeElement;
import dev.millrace.formats.InvalidSchemaException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import kotlin.ranges.IntRange;
import org.jspecify.annotations.Nullable;

/**
 * Reads .proto files: Wire's parser makes a tree, of which this makes a descriptor as Google's
 * compiler does, but that nobody has looked up yet what names of types mean.
 */
final class ProtoReading {
  /** How deep messages nest at most, as those of descriptors do. */
  private static final int DEEPEST = 100;

  private final boolean proto3;
  private int depth;

  private ProtoReading(boolean proto3) {
    this.proto3 = proto3;
  }

  /**
   * The descriptor of a text.
   *
   * @param name of the file, by which others import it
   */
  static FileDescriptorProto read(String name, String text) throws InvalidSchemaException {
    try {
      ProtoFileElement file = ProtoParser.Companion.parse(Location.get(name), text);
      return new ProtoReading(file.getSyntax() == Syntax.PROTO_3).file(name, file);
    } catch (RuntimeException | StackOverflowError e) {
      // Which ones it throws is not told, and the text may be anything.
      throw new InvalidSchemaException("not a .proto file: " + reason(e), e);
    }
  }

  private static String reason(Throwable e) {
    return e instanceof StackOverflowError
        ? "it is nested too deep"
        : String.valueOf(e.getMessage());
  }

  private FileDescriptorProto file(String name, ProtoFileElement element)
      throws InvalidSchemaException {
    FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder().setName(name);
    if (proto3) {
      file.setSyntax("proto3");
    }
    if (element.getPackageName() != null) {
      file.setPackage(element.getPackageName());
    }
    file.addAllDependency(element.getImports());
    for (String path : element.getPublicImports()) {
      file.addPublicDependency(file.getDependencyCount()).addDependency(path);
    }
    for (String path : element.getWeakImports()) {
      file.addWeakDependency(file.getDependencyCount()).addDependency(path);
    }
    for (TypeElement type : element.getTypes()) {
      if (type instanceof MessageElement message) {
        file.addMessageType(message(message));
      } else if (type instanceof EnumElement enumeration) {
        file.addEnumType(enumeration(enumeration));
      }
    }
    for (ServiceElement service : element.getServices()) {
      file.addService(service(service));
    }
    List<DescriptorProto> beside = new ArrayList<>();
    for (ExtendElement extend : element.getExtendDeclarations()) {
      for (FieldElement field : extend.getFields()) {
        file.addExtension(field(field, false, beside).setExtendee(extend.getName()));
      }
    }
    if (!element.getOptions().isEmpty()) {
      file.setOptions(ProtoOptions.read(element.getOptions(), FileOptions.newBuilder()));
    }
    return file.build();
  }

  private DescriptorProto message(MessageElement element) throws InvalidSchemaException {
    if (++depth > DEEPEST) {
      throw new InvalidSchemaException(
          "message `%s` is nested too deep: more than %d".formatted(element.getName(), DEEPEST),
          null);
    }
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(element.getName());
    List<DescriptorProto> beside = new ArrayList<>();
    for (FieldElement field : element.getFields()) {
      message.addField(field(field, false, beside));
    }
    for (GroupElement group : element.getGroups()) {
      message.addField(group(group, beside));
    }
    for (OneOfElement oneOf : element.getOneOfs()) {
      oneOf(oneOf, message, beside);
    }
    for (TypeElement type : element.getNestedTypes()) {
      if (type instanceof MessageElement nested) {
        message.addNestedType(message(nested));
      } else if (type instanceof EnumElement enumeration) {
        message.addEnumType(enumeration(enumeration));
      }
    }
    for (ExtendElement extend : element.getExtendDeclarations()) {
      for (FieldElement field : extend.getFields()) {
        message.addExtension(field(field, false, beside).setExtendee(extend.getName()));
      }
    }
    // Behind the declared ones, which are counted in records.
    message.addAllNestedType(beside);
    for (ExtensionsElement extensions : element.getExtensions()) {
      for (Object value : extensions.getValues()) {
        message.addExtensionRange(
            ExtensionRange.newBuilder().setStart(first(value)).setEnd(last(value) + 1));
      }
    }
    for (ReservedElement reserved : element.getReserveds()) {
      for (Object value : reserved.getValues()) {
        if (value instanceof String name) {
          message.addReservedName(name);
        } else {
          message.addReservedRange(
              ReservedRange.newBuilder().setStart(first(value)).setEnd(last(value) + 1));
        }
      }
    }
    if (!element.getOptions().isEmpty()) {
      message.setOptions(ProtoOptions.read(element.getOptions(), MessageOptions.newBuilder()));
    }
    if (message.getOptions().getMapEntry()) {
      throw new InvalidSchemaException(
          "message `%s` has option `map_entry`, which only maps have: write `map<key, value>`"
              .formatted(element.getName()),
          null);
    }
    choicesOfOptionals(message);
    depth--;
    return message.build();
  }

  private void oneOf(
      OneOfElement element, DescriptorProto.Builder message, List<DescriptorProto> beside)
      throws InvalidSchemaException {
    int index = message.getOneofDeclCount();
    OneofDescriptorProto.Builder oneOf =
        OneofDescriptorProto.newBuilder().setName(element.getName());
    if (!element.getOptions().isEmpty()) {
      oneOf.setOptions(ProtoOptions.read(element.getOptions(), OneofOptions.newBuilder()));
    }
    message.addOneofDecl(oneOf);
    for (FieldElement field : element.getFields()) {
      message.addField(field(field, true, beside).setOneofIndex(index));
    }
    for (GroupElement group : element.getGroups()) {
      message.addField(group(group, beside).setOneofIndex(index));
    }
  }

  /** Of proto3 each {@code optional} field is a choice of its own, behind the declared ones. */
  private static void choicesOfOptionals(DescriptorProto.Builder message) {
    Set<String> names = new HashSet<>();
    message.getFieldList().forEach(f -> names.add(f.getName()));
    message.getOneofDeclList().forEach(o -> names.add(o.getName()));
    for (FieldDescriptorProto.Builder field : message.getFieldBuilderList()) {
      if (field.getProto3Optional()) {
        String name = "_" + field.getName();
        while (!names.add(name)) {
          name = "X" + name;
        }
        field.setOneofIndex(message.getOneofDeclCount());
        message.addOneofDecl(OneofDescriptorProto.newBuilder().setName(name));
      }
    }
  }

  private static int first(Object value) {
    return value instanceof IntRange range ? range.getFirst() : (Integer) value;
  }

  private static int last(Object value) {
    return value instanceof IntRange range ? range.getLast() : (Integer) value;
  }

  /**
   * A field.
   *
   * @param chosen true if it is in a oneof
   * @param beside where messages go that it brings: the entries of a map
   */
  private FieldDescriptorProto.Builder field(
      FieldElement element, boolean chosen, List<DescriptorProto> beside)
      throws InvalidSchemaException {
    FieldDescriptorProto.Builder field =
        FieldDescriptorProto.newBuilder().setName(element.getName()).setNumber(element.getTag());
    List<String> map = ProtoTypes.ofMap(element.getType());
    if (map.isEmpty()) {
      ProtoTypes.set(element.getType(), field);
      label(element.getLabel(), field);
    } else {
      DescriptorProto entry = ProtoTypes.entry(element.getName(), map);
      beside.add(entry);
      field.setTypeName(entry.getName()).setType(FieldDescriptorProto.Type.TYPE_MESSAGE);
      field.setLabel(FieldDescriptorProto.Label.LABEL_REPEATED);
      if (element.getLabel() != null || chosen) {
        throw new InvalidSchemaException(
            "map `%s` can be neither optional, required, repeated nor in a oneof"
                .formatted(element.getName()),
            null);
      }
    }
    String value = element.getDefaultValue();
    if (value != null) {
      boolean bytes = field.getType() == FieldDescriptorProto.Type.TYPE_BYTES;
      field.setDefaultValue(
          bytes
              ? TextFormat.escapeBytes(ByteString.copyFrom(value, StandardCharsets.ISO_8859_1))
              : value);
    }
    if (element.getJsonName() != null) {
      field.setJsonName(element.getJsonName());
    }
    if (!element.getOptions().isEmpty()) {
      field.setOptions(ProtoOptions.read(element.getOptions(), FieldOptions.newBuilder()));
    }
    return field;
  }

  private void label(@Nullable Label label, FieldDescriptorProto.Builder field) {
    field.setLabel(
        label == Label.REPEATED
            ? FieldDescriptorProto.Label.LABEL_REPEATED
            : label == Label.REQUIRED
                ? FieldDescriptorProto.Label.LABEL_REQUIRED
                : FieldDescriptorProto.Label.LABEL_OPTIONAL);
    if (proto3 && label == Label.OPTIONAL) {
      field.setProto3Optional(true);
    }
  }

  private FieldDescriptorProto.Builder group(GroupElement element, List<DescriptorProto> beside)
      throws InvalidSchemaException {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(element.getName());
    List<DescriptorProto> inside = new ArrayList<>();
    for (FieldElement field : element.getFields()) {
      message.addField(field(field, false, inside));
    }
    beside.add(message.addAllNestedType(inside).build());
    FieldDescriptorProto.Builder field =
        FieldDescriptorProto.newBuilder()
            .setName(element.getName().toLowerCase(Locale.ROOT))
            .setNumber(element.getTag())
            .setType(FieldDescriptorProto.Type.TYPE_GROUP)
            .setTypeName(element.getName());
    label(element.getLabel(), field);
    return field;
  }

  private static EnumDescriptorProto enumeration(EnumElement element)
      throws InvalidSchemaException {
    EnumDescriptorProto.Builder type = EnumDescriptorProto.newBuilder().setName(element.getName());
    for (EnumConstantElement constant : element.getConstants()) {
      EnumValueDescriptorProto.Builder value =
          EnumValueDescriptorProto.newBuilder()
              .setName(constant.getName())
              .setNumber(constant.getTag());
      if (!constant.getOptions().isEmpty()) {
        value.setOptions(ProtoOptions.read(constant.getOptions(), EnumValueOptions.newBuilder()));
      }
      type.addValue(value);
    }
    for (ReservedElement reserved : element.getReserveds()) {
      for (Object value : reserved.getValues()) {
        if (value instanceof String name) {
          type.addReservedName(name);
        } else {
          boolean open = last(value) == ProtoChecks.HIGHEST;
          type.addReservedRange(
              EnumReservedRange.newBuilder()
                  .setStart(first(value))
                  .setEnd(open ? Integer.MAX_VALUE : last(value)));
        }
      }
    }
    if (!element.getOptions().isEmpty()) {
      type.setOptions(ProtoOptions.read(element.getOptions(), EnumOptions.newBuilder()));
    }
    return type.build();
  }

  private static ServiceDescriptorProto service(ServiceElement element)
      throws InvalidSchemaException {
    ServiceDescriptorProto.Builder service =
        ServiceDescriptorProto.newBuilder().setName(element.getName());
    for (RpcElement rpc : element.getRpcs()) {
      MethodDescriptorProto.Builder method =
          MethodDescriptorProto.newBuilder()
              .setName(rpc.getName())
              .setInputType(rpc.getRequestType())
              .setOutputType(rpc.getResponseType());
      if (rpc.getRequestStreaming()) {
        method.setClientStreaming(true);
      }
      if (rpc.getResponseStreaming()) {
        method.setServerStreaming(true);
      }
      if (!rpc.getOptions().isEmpty()) {
        method.setOptions(ProtoOptions.read(rpc.getOptions(), MethodOptions.newBuilder()));
      }
      service.addMethod(method);
    }
    if (!element.getOptions().isEmpty()) {
      service.setOptions(ProtoOptions.read(element.getOptions(), ServiceOptions.newBuilder()));
    }
    return service.build();
  }
}
