package dev.millrace.formats.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto.ReservedRange;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.formats.registry.RegistryError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The .proto file of columns: one message with an optional field for each. A field keeps the number
 * that it had; one that is gone leaves its number and name reserved, and its message where it is,
 * as readers of old records need them. For one use.
 */
final class ProtobufColumns {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final int OWN_FROM = 19_000;
  private static final int OWN_AFTER = 20_000;

  /** The first word of the packages of the known types. */
  private static final String GOOGLE = "google";

  // Their whole names, since a topic may have `google` among its words, too.
  private static final String TIMESTAMP = ".google.protobuf.Timestamp";
  private static final String DATE = ".google.type.Date";
  private static final String TIME = ".google.type.TimeOfDay";

  private static final Map<String, String> IMPORTS =
      Map.of(
          TIMESTAMP, "google/protobuf/timestamp.proto",
          DATE, "google/type/date.proto",
          TIME, "google/type/timeofday.proto");

  private final Set<String> imports = new TreeSet<>();

  private ProtobufColumns() {}

  /**
   * The file of a topic's values: the message's name is the topic's last word, the package the
   * others. A first word {@code google} gets a {@code _}, as Google's own packages begin with it.
   *
   * @param before the file as it was
   * @throws StopException if the columns cannot be fields
   */
  static FileDescriptorProto file(
      String topic, List<Column> columns, Optional<FileDescriptorProto> before) {
    List<String> words = new ArrayList<>();
    for (String word : topic.split("\\.", -1)) {
      String legal = word.replaceAll("[^A-Za-z0-9_]", "_");
      words.add(legal.isEmpty() || Character.isDigit(legal.charAt(0)) ? "_" + legal : legal);
    }
    if (words.get(0).equals(GOOGLE)) {
      words.set(0, "_" + GOOGLE);
    }
    String name = words.remove(words.size() - 1);
    String in = String.join(".", words);
    Optional<DescriptorProto> known =
        before
            .filter(f -> f.getPackage().equals(in))
            .flatMap(f -> named(f.getMessageTypeList(), name));
    ProtobufColumns making = new ProtobufColumns();
    DescriptorProto message = making.message(name, columns, known);
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder().setSyntax("proto3").addMessageType(message);
    if (!in.isEmpty()) {
      file.setPackage(in);
    }
    return file.addAllDependency(making.imports).build();
  }

  private static Optional<DescriptorProto> named(List<DescriptorProto> messages, String name) {
    return messages.stream().filter(m -> m.getName().equals(name)).findFirst();
  }

  private DescriptorProto message(
      String name, List<Column> columns, Optional<DescriptorProto> before) {
    DescriptorProto old = before.orElse(DescriptorProto.getDefaultInstance());
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
    Map<String, FieldDescriptorProto> known = new LinkedHashMap<>();
    old.getFieldList().forEach(f -> known.put(f.getName(), f));
    Set<String> names = taken(columns, old);
    int next = firstFree(old);
    for (Column column : columns) {
      requireLegal(column.name());
      FieldDescriptorProto field = known.remove(column.name());
      FieldDescriptorProto.Builder made =
          FieldDescriptorProto.newBuilder()
              .setName(column.name())
              .setNumber(field == null ? next : field.getNumber());
      if (field == null) {
        next = next + 1 == OWN_FROM ? OWN_AFTER : next + 1;
      }
      Optional<DescriptorProto> inner =
          Optional.ofNullable(field).flatMap(f -> inner(f, old.getNestedTypeList()));
      put(column.type(), made, inner, names, message);
      message.addField(made);
    }
    reserve(old, known, columns, message);
    for (DescriptorProto nested : old.getNestedTypeList()) {
      boolean there =
          message.getNestedTypeList().stream().anyMatch(n -> n.getName().equals(nested.getName()));
      if (!there && !nested.getOptions().getMapEntry()) {
        message.addNestedType(nested);
        keepImports(nested);
      }
    }
    return message.build();
  }

  private void keepImports(DescriptorProto message) {
    for (FieldDescriptorProto field : message.getFieldList()) {
      String type = field.getTypeName();
      Optional.ofNullable(IMPORTS.get(type.startsWith(".") ? type : "." + type))
          .ifPresent(imports::add);
    }
    message.getNestedTypeList().forEach(this::keepImports);
  }

  /** The names in a message that no new nested one can have. */
  private static Set<String> taken(List<Column> columns, DescriptorProto old) {
    Set<String> names = new HashSet<>();
    columns.forEach(c -> names.add(c.name()));
    for (DescriptorProto nested : old.getNestedTypeList()) {
      if (!nested.getOptions().getMapEntry()) {
        names.add(nested.getName());
      }
    }
    // The message of a map's entries has the map's name; nobody can choose another.
    for (Column column : columns) {
      String entry = ProtoTypes.entryName(column.name());
      if (column.type() instanceof DataType.MapOf && !names.add(entry)) {
        throw refused(
            "the map `%s` needs a message `%s` in Protobuf, and this name is taken"
                .formatted(column.name(), entry),
            "give the column another name");
      }
    }
    old.getNestedTypeList().forEach(n -> names.add(n.getName()));
    return names;
  }

  private static void requireLegal(String name) {
    if (!NAME.matcher(name).matches()) {
      throw refused(
          "`" + name + "` cannot be the name of a field in Protobuf",
          "give the column a name of letters, digits and `_`");
    }
  }

  private static StopException refused(String why, String hint) {
    return new StopException(
        Problem.error(RegistryError.REGISTRY_SCHEMA_REFUSED, null, why, hint), null);
  }

  private static int firstFree(DescriptorProto old) {
    int highest = 0;
    for (FieldDescriptorProto field : old.getFieldList()) {
      highest = Math.max(highest, field.getNumber());
    }
    for (ReservedRange range : old.getReservedRangeList()) {
      highest = Math.max(highest, range.getEnd() - 1);
    }
    return highest + 1 >= OWN_FROM && highest + 1 < OWN_AFTER ? OWN_AFTER : highest + 1;
  }

  private static void reserve(
      DescriptorProto old,
      Map<String, FieldDescriptorProto> gone,
      List<Column> columns,
      DescriptorProto.Builder message) {
    message.addAllReservedRange(old.getReservedRangeList());
    Set<String> names = new TreeSet<>(old.getReservedNameList());
    for (FieldDescriptorProto field : gone.values()) {
      names.add(field.getName());
      message.addReservedRange(
          ReservedRange.newBuilder().setStart(field.getNumber()).setEnd(field.getNumber() + 1));
    }
    // One that came back has another number now.
    columns.forEach(c -> names.remove(c.name()));
    message.addAllReservedName(names);
  }

  /** The message that a field had; of a map that of its values. */
  private static Optional<DescriptorProto> inner(
      FieldDescriptorProto field, List<DescriptorProto> nested) {
    Optional<DescriptorProto> found = ofType(field, nested);
    if (found.filter(m -> m.getOptions().getMapEntry()).isPresent()) {
      found = ofType(found.get().getField(1), nested);
    }
    return found.filter(m -> !m.getOptions().getMapEntry());
  }

  private static Optional<DescriptorProto> ofType(
      FieldDescriptorProto field, List<DescriptorProto> nested) {
    String type = field.getTypeName();
    return named(nested, type.substring(type.lastIndexOf('.') + 1));
  }

  /** Gives a field the type of a column, whose values may be null. */
  private void put(
      DataType type,
      FieldDescriptorProto.Builder field,
      Optional<DescriptorProto> inner,
      Set<String> names,
      DescriptorProto.Builder message) {
    if (type instanceof DataType.ListOf list) {
      ProtoTypes.set(one(list.element(), field.getName(), inner, names, message), field);
      field.setLabel(Label.LABEL_REPEATED);
    } else if (type instanceof DataType.MapOf map) {
      String value = one(map.value(), field.getName(), inner, names, message);
      DescriptorProto entry = ProtoTypes.entry(field.getName(), List.of("string", value));
      message.addNestedType(entry);
      field.setTypeName(entry.getName()).setLabel(Label.LABEL_REPEATED);
    } else {
      ProtoTypes.set(one(type, field.getName(), inner, names, message), field);
      field.setLabel(Label.LABEL_OPTIONAL).setProto3Optional(true);
      field.setOneofIndex(message.getOneofDeclCount());
      message.addOneofDecl(OneofDescriptorProto.newBuilder().setName("_" + field.getName()));
    }
  }

  /** The name of a type of one value. */
  private String one(
      DataType type,
      String field,
      Optional<DescriptorProto> inner,
      Set<String> names,
      DescriptorProto.Builder message) {
    if (type instanceof DataType.Struct struct) {
      return nested(field, struct.fields(), inner, names, message);
    }
    if (type instanceof DataType.ListOf) {
      return nested(field, List.of(new Column("list", type)), inner, names, message);
    }
    if (type instanceof DataType.MapOf) {
      return nested(field, List.of(new Column("map", type)), inner, names, message);
    }
    String name = type instanceof DataType.Scalar scalar ? scalar(scalar.kind()) : "string";
    Optional.ofNullable(IMPORTS.get(name)).ifPresent(imports::add);
    return name;
  }

  private String nested(
      String field,
      List<Column> columns,
      Optional<DescriptorProto> before,
      Set<String> names,
      DescriptorProto.Builder message) {
    if (before.isPresent()) {
      DescriptorProto made = message(before.get().getName(), columns, before);
      Optional<DescriptorProto> there = named(message.getNestedTypeList(), made.getName());
      if (there.isEmpty()) {
        message.addNestedType(made);
      }
      // Two fields may have shared it, and may do so as long as they have the same columns.
      if (there.isEmpty() || there.get().equals(made)) {
        return made.getName();
      }
    }
    String camel = ProtoTypes.camelCase("_" + field);
    String name = camel.isEmpty() || Character.isDigit(camel.charAt(0)) ? "M" + camel : camel;
    while (!names.add(name)) {
      name += "_";
    }
    message.addNestedType(message(name, columns, before));
    return name;
  }

  private static String scalar(DataType.Kind kind) {
    return switch (kind) {
      case BOOLEAN -> "bool";
      case TINYINT, SMALLINT, INTEGER -> "int32";
      case UTINYINT, USMALLINT, UINTEGER -> "uint32";
      case BIGINT -> "int64";
      case UBIGINT -> "uint64";
      case FLOAT -> "float";
      case DOUBLE -> "double";
      case BLOB -> "bytes";
      case DATE -> DATE;
      case TIME -> TIME;
      case TIMESTAMPTZ -> TIMESTAMP;
      // No message means a time without a zone, and none all digits.
      case HUGEINT, UHUGEINT, TIMESTAMP, UUID, VARCHAR, INTERVAL, JSON -> "string";
    };
  }
}
