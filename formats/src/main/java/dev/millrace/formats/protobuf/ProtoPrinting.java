package dev.millrace.formats.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Descriptors as .proto files, always with the same spaces, without comments. For one use. */
final class ProtoPrinting {
  private final StringBuilder out = new StringBuilder();
  private final boolean sorted;
  private final boolean proto3;
  private String indent = "";

  private ProtoPrinting(boolean sorted, boolean proto3) {
    this.sorted = sorted;
    this.proto3 = proto3;
  }

  /**
   * The text of a file.
   *
   * @param sorted true if what may stand in any order is put into one; messages stay where they
   *     are, since records count them
   */
  static String print(FileDescriptorProto file, boolean sorted) {
    boolean proto3 = file.getSyntax().equals("proto3");
    ProtoPrinting printing = new ProtoPrinting(sorted, proto3);
    printing.file(file);
    return printing.out.toString();
  }

  private <T> List<T> ordered(List<T> list, Comparator<? super T> order) {
    return sorted ? list.stream().sorted(order).toList() : list;
  }

  private void line(String text) {
    out.append(indent).append(text).append('\n');
  }

  private void open(String text) {
    line(text + " {");
    indent += "  ";
  }

  private void close() {
    indent = indent.substring(2);
    line("}");
  }

  private void file(FileDescriptorProto file) {
    line("syntax = \"" + (proto3 ? "proto3" : "proto2") + "\";");
    if (file.hasPackage() && !file.getPackage().isEmpty()) {
      line("package " + file.getPackage() + ";");
    }
    out.append('\n');
    List<String> imports = new ArrayList<>();
    for (int i = 0; i < file.getDependencyCount(); i++) {
      String kind =
          file.getPublicDependencyList().contains(i)
              ? "public "
              : file.getWeakDependencyList().contains(i) ? "weak " : "";
      imports.add("import " + kind + ProtoOptions.quoted(file.getDependency(i)) + ";");
    }
    ordered(imports, Comparator.naturalOrder()).forEach(this::line);
    options(file.getOptions());
    if (imports.size() > 0 || file.getOptions().getSerializedSize() > 0) {
      out.append('\n');
    }
    String scope = file.getPackage().isEmpty() ? "" : "." + file.getPackage();
    file.getMessageTypeList().forEach(m -> message(m, scope));
    types(file.getEnumTypeList());
    extensions(file.getExtensionList(), List.of(), scope);
    ordered(file.getServiceList(), Comparator.comparing(ServiceDescriptorProto::getName))
        .forEach(this::service);
  }

  private void options(Message options) {
    ProtoOptions.print(options, sorted).forEach(o -> line("option " + o + ";"));
  }

  /** A message; {@code scope} is the full name of what it is in. */
  private void message(DescriptorProto message, String scope) {
    open("message " + message.getName());
    body(message, scope + "." + message.getName());
    close();
  }

  private void body(DescriptorProto message, String scope) {
    options(message.getOptions());
    reserved(
        message.getReservedRangeList().stream()
            .map(r -> range(r.getStart(), r.getEnd() - 1, ProtoChecks.HIGHEST)),
        message.getReservedNameList());
    message
        .getExtensionRangeList()
        .forEach(
            r ->
                line(
                    "extensions "
                        + range(r.getStart(), r.getEnd() - 1, ProtoChecks.HIGHEST)
                        + ";"));
    Map<Integer, List<FieldDescriptorProto>> choices = new LinkedHashMap<>();
    List<FieldDescriptorProto> fields =
        ordered(message.getFieldList(), Comparator.comparingInt(FieldDescriptorProto::getNumber));
    for (FieldDescriptorProto field : fields) {
      if (field.hasOneofIndex() && !field.getProto3Optional()) {
        choices.computeIfAbsent(field.getOneofIndex(), i -> new ArrayList<>()).add(field);
      } else {
        field(field, message.getNestedTypeList(), scope, false);
      }
    }
    choices.forEach(
        (index, members) -> {
          open("oneof " + message.getOneofDecl(index).getName());
          options(message.getOneofDecl(index).getOptions());
          members.forEach(f -> field(f, message.getNestedTypeList(), scope, true));
          close();
        });
    message.getNestedTypeList().stream()
        .filter(n -> !n.getOptions().getMapEntry() && !isGroup(message, n))
        .forEach(n -> message(n, scope));
    types(message.getEnumTypeList());
    extensions(message.getExtensionList(), message.getNestedTypeList(), scope);
  }

  private static boolean isGroup(DescriptorProto message, DescriptorProto nested) {
    return message.getFieldList().stream()
        .anyMatch(
            f -> f.getType() == Type.TYPE_GROUP && last(f.getTypeName()).equals(nested.getName()));
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String range(int first, int last, int highest) {
    return first == last ? "" + first : first + " to " + (last >= highest ? "max" : "" + last);
  }

  private void reserved(Stream<String> ranges, List<String> names) {
    List<String> all = ranges.toList();
    if (!all.isEmpty()) {
      line("reserved " + String.join(", ", ordered(all, Comparator.naturalOrder())) + ";");
    }
    List<String> quoted = names.stream().map(ProtoOptions::quoted).toList();
    if (!quoted.isEmpty()) {
      line("reserved " + String.join(", ", ordered(quoted, Comparator.naturalOrder())) + ";");
    }
  }

  /**
   * A field.
   *
   * @param nested messages beside it, of which some may be parts of fields
   * @param scope the full name of the message that they are in
   * @param chosen true if it is in a oneof
   */
  private void field(
      FieldDescriptorProto field, List<DescriptorProto> nested, String scope, boolean chosen) {
    // By another scope's name it is another message.
    Optional<DescriptorProto> own =
        nested.stream()
            .filter(
                n ->
                    field.getTypeName().equals(n.getName())
                        || field.getTypeName().equals(scope + "." + n.getName()))
            .findFirst();
    String after = " = " + field.getNumber() + fieldOptions(field);
    boolean repeated = field.getLabel() == FieldDescriptorProto.Label.LABEL_REPEATED;
    if (own.isPresent() && own.get().getOptions().getMapEntry() && repeated) {
      String types = type(own.get().getField(0)) + ", " + type(own.get().getField(1));
      line("map<" + types + "> " + field.getName() + after + ";");
    } else if (own.isPresent() && field.getType() == Type.TYPE_GROUP) {
      open(label(field, chosen) + "group " + own.get().getName() + after);
      body(own.get(), scope + "." + own.get().getName());
      close();
    } else {
      line(label(field, chosen) + type(field) + " " + field.getName() + after + ";");
    }
  }

  private String label(FieldDescriptorProto field, boolean chosen) {
    return switch (field.getLabel()) {
      case LABEL_REPEATED -> "repeated ";
      case LABEL_REQUIRED -> "required ";
      case LABEL_OPTIONAL -> !chosen && (!proto3 || field.getProto3Optional()) ? "optional " : "";
    };
  }

  private static String type(FieldDescriptorProto field) {
    return field.getTypeName().isEmpty() ? ProtoTypes.name(field.getType()) : field.getTypeName();
  }

  private String fieldOptions(FieldDescriptorProto field) {
    List<String> options = new ArrayList<>();
    if (field.hasDefaultValue()) {
      String value = field.getDefaultValue();
      options.add(
          "default = "
              + switch (field.getType()) {
                case TYPE_STRING -> ProtoOptions.quoted(value);
                // It is escaped already.
                case TYPE_BYTES -> '"' + value + '"';
                default -> value;
              });
    }
    if (field.hasJsonName() && !field.getJsonName().equals(ProtoTypes.camelCase(field.getName()))) {
      options.add("json_name = " + ProtoOptions.quoted(field.getJsonName()));
    }
    options.addAll(ProtoOptions.print(field.getOptions(), sorted));
    return options.isEmpty() ? "" : " [" + String.join(", ", options) + "]";
  }

  private void types(List<EnumDescriptorProto> enumerations) {
    for (EnumDescriptorProto enumeration : enumerations) {
      open("enum " + enumeration.getName());
      options(enumeration.getOptions());
      reserved(
          enumeration.getReservedRangeList().stream()
              .map(r -> range(r.getStart(), r.getEnd(), Integer.MAX_VALUE)),
          enumeration.getReservedNameList());
      enumeration
          .getValueList()
          .forEach(
              value -> {
                List<String> options = ProtoOptions.print(value.getOptions(), sorted);
                line(
                    value.getName()
                        + " = "
                        + value.getNumber()
                        + (options.isEmpty() ? "" : " [" + String.join(", ", options) + "]")
                        + ";");
              });
      close();
    }
  }

  private void extensions(
      List<FieldDescriptorProto> extensions, List<DescriptorProto> nested, String scope) {
    Map<String, List<FieldDescriptorProto>> byMessage = new LinkedHashMap<>();
    extensions.forEach(
        e -> byMessage.computeIfAbsent(e.getExtendee(), m -> new ArrayList<>()).add(e));
    byMessage.forEach(
        (message, fields) -> {
          open("extend " + message);
          fields.forEach(f -> field(f, nested, scope, false));
          close();
        });
  }

  private void service(ServiceDescriptorProto service) {
    open("service " + service.getName());
    options(service.getOptions());
    for (MethodDescriptorProto method : service.getMethodList()) {
      String rpc =
          "rpc %s (%s%s) returns (%s%s)"
              .formatted(
                  method.getName(),
                  method.getClientStreaming() ? "stream " : "",
                  method.getInputType(),
                  method.getServerStreaming() ? "stream " : "",
                  method.getOutputType());
      if (method.getOptions().getSerializedSize() == 0) {
        line(rpc + ";");
      } else {
        open(rpc);
        options(method.getOptions());
        close();
      }
    }
    close();
  }
}
