package dev.millrace.formats.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.formats.InvalidSchemaException;
import dev.millrace.formats.ParsedSchema;
import dev.millrace.formats.SchemaType;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A .proto file, of proto2 or proto3; the rules are those of Confluent's registry. Comments are no
 * part of it.
 */
public final class ProtobufSchema implements ParsedSchema {
  /** The name of a file that nobody imports. */
  private static final String NAME = "schema.proto";

  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]+={0,2}");

  private final FileDescriptorProto proto;
  private final FileDescriptor file;

  private ProtobufSchema(FileDescriptorProto proto, FileDescriptor file) {
    this.proto = proto;
    this.file = file;
  }

  /**
   * Reads a schema.
   *
   * @param text of the file, or its descriptor in base64, which Confluent's clients in Python and
   *     other languages send
   * @param used the texts of files that it imports, by the names by which it does, those that
   *     others need first
   */
  public static ProtobufSchema parse(String text, Map<String, String> used)
      throws InvalidSchemaException {
    Map<String, FileDescriptor> others = new HashMap<>();
    for (Map.Entry<String, String> other : used.entrySet()) {
      others.put(other.getKey(), link(read(other.getKey(), other.getValue()), others));
    }
    FileDescriptorProto proto = read(NAME, text);
    return new ProtobufSchema(proto, link(proto, others));
  }

  private static FileDescriptorProto read(String name, String text) throws InvalidSchemaException {
    if (!BASE64.matcher(text).matches()) {
      return ProtoReading.read(name, text);
    }
    try {
      FileDescriptorProto proto = FileDescriptorProto.parseFrom(Base64.getDecoder().decode(text));
      String syntax = proto.getSyntax();
      if (!syntax.isEmpty() && !syntax.equals("proto2") && !syntax.equals("proto3")) {
        throw new InvalidSchemaException(
            "it is of an edition of Protobuf; proto2 and proto3 are understood", null);
      }
      ProtoChecks.checkEntries(proto);
      // Its text is what is kept, so it is what its text says.
      return ProtoReading.read(name, ProtoPrinting.print(proto, false));
    } catch (InvalidProtocolBufferException | RuntimeException e) {
      // A descriptor may be anything, and printing it expects one that makes sense.
      throw new InvalidSchemaException("neither a .proto file nor a descriptor in base64", e);
    }
  }

  /**
   * Looks up what a file's names of types mean.
   *
   * @param others files that it may import, by name
   */
  static FileDescriptor link(FileDescriptorProto proto, Map<String, FileDescriptor> others)
      throws InvalidSchemaException {
    ProtoChecks.check(proto);
    List<FileDescriptor> imported = new ArrayList<>();
    for (String name : proto.getDependencyList()) {
      FileDescriptor other = KnownFiles.find(name).orElse(others.get(name));
      if (other == null) {
        throw new InvalidSchemaException(
            "it imports `%s`, to which it has no reference".formatted(name), null);
      }
      imported.add(other);
    }
    try {
      return FileDescriptor.buildFrom(proto, imported.toArray(FileDescriptor[]::new));
    } catch (DescriptorValidationException e) {
      throw new InvalidSchemaException("not a .proto file: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      // Descriptors in base64 may be anything, and it is not told what is thrown then.
      throw new InvalidSchemaException("not a .proto file: " + e, e);
    }
  }

  /** What Google's library makes of it. */
  public FileDescriptor file() {
    return file;
  }

  @Override
  public SchemaType type() {
    return SchemaType.PROTOBUF;
  }

  @Override
  public String canonical() {
    return ProtoPrinting.print(proto, false);
  }

  @Override
  public String normalized() {
    return ProtoPrinting.print(resolved(), true);
  }

  /** Its descriptor in base64, without options that somebody has declared. */
  @Override
  public String serialized() {
    return Base64.getEncoder()
        .encodeToString(ProtoOptions.withoutDeclared(resolved()).toByteArray());
  }

  @Override
  public List<String> faultsReading(ParsedSchema written) {
    return written instanceof ProtobufSchema other
        ? new ProtobufRules(other.file, file).faults()
        : List.of("{errorType:'SCHEMA_TYPE', description:'it was " + written.type() + "'}");
  }

  /** Its descriptor with the whole name of each type. */
  private FileDescriptorProto resolved() {
    FileDescriptorProto.Builder builder = proto.toBuilder();
    for (int i = 0; i < builder.getMessageTypeCount(); i++) {
      resolve(builder.getMessageTypeBuilder(i), file.getMessageTypes().get(i));
    }
    for (int i = 0; i < builder.getExtensionCount(); i++) {
      resolve(builder.getExtensionBuilder(i), file.getExtensions().get(i));
    }
    for (int i = 0; i < builder.getServiceCount(); i++) {
      for (int m = 0; m < builder.getService(i).getMethodCount(); m++) {
        MethodDescriptor method = file.getServices().get(i).getMethods().get(m);
        builder
            .getServiceBuilder(i)
            .getMethodBuilder(m)
            .setInputType("." + method.getInputType().getFullName())
            .setOutputType("." + method.getOutputType().getFullName());
      }
    }
    return builder.build();
  }

  private static void resolve(DescriptorProto.Builder builder, Descriptor message) {
    for (int i = 0; i < builder.getFieldCount(); i++) {
      resolve(builder.getFieldBuilder(i), message.getFields().get(i));
    }
    for (int i = 0; i < builder.getExtensionCount(); i++) {
      resolve(builder.getExtensionBuilder(i), message.getExtensions().get(i));
    }
    for (int i = 0; i < builder.getNestedTypeCount(); i++) {
      resolve(builder.getNestedTypeBuilder(i), message.getNestedTypes().get(i));
    }
  }

  private static void resolve(FieldDescriptorProto.Builder builder, FieldDescriptor field) {
    builder.setType(field.getType().toProto());
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      builder.setTypeName("." + field.getMessageType().getFullName());
    } else if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
      builder.setTypeName("." + field.getEnumType().getFullName());
    }
    if (field.isExtension()) {
      builder.setExtendee("." + field.getContainingType().getFullName());
    }
  }
}
