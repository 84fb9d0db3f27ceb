package dev.millrace.formats.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.FieldDescriptor.Type;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether what was written with one .proto file is read with another, by the rules of Confluent's
 * registry: messages are found by their names, fields by their numbers. For one use.
 */
final class ProtobufRules {
  private final FileDescriptor writer;
  private final FileDescriptor reader;
  private final Set<List<String>> compared = new HashSet<>();
  private final List<String> faults = new ArrayList<>();
  private final Deque<Runnable> pending = new ArrayDeque<>();

  ProtobufRules(FileDescriptor writer, FileDescriptor reader) {
    this.writer = writer;
    this.reader = reader;
  }

  List<String> faults() {
    if (!writer.getPackage().equals(reader.getPackage())) {
      fault(
          "PACKAGE_CHANGED",
          "#/",
          "the package was `%s` and is `%s`".formatted(writer.getPackage(), reader.getPackage()));
    }
    messages(writer.getMessageTypes(), reader.getMessageTypes(), "#/");
    for (Runnable next = pending.poll(); next != null; next = pending.poll()) {
      next.run();
    }
    return faults;
  }

  private void messages(List<Descriptor> written, List<Descriptor> read, String path) {
    for (Descriptor w : written) {
      Descriptor r =
          read.stream().filter(m -> m.getName().equals(w.getName())).findFirst().orElse(null);
      if (w.getOptions().getMapEntry()) {
        continue;
      }
      if (r == null) {
        fault("MESSAGE_REMOVED", path + w.getName(), "the message is gone");
      } else {
        message(w, r, path + w.getName() + "/");
      }
    }
  }

  private void message(Descriptor w, Descriptor r, String path) {
    // A message may contain itself, and one that is a field's is one of the file's, too.
    if (!compared.add(List.of(w.getFullName(), r.getFullName()))) {
      return;
    }
    for (OneofDescriptor choice : r.getRealOneofs()) {
      moved(choice, w, path + choice.getName());
    }
    for (OneofDescriptor choice : w.getRealOneofs()) {
      removed(choice, r, path + choice.getName());
    }
    for (FieldDescriptor field : w.getFields()) {
      FieldDescriptor now = r.findFieldByNumber(field.getNumber());
      String at = path + field.getNumber();
      if (now != null) {
        field(field, now, at);
      } else if (field.isRequired()) {
        fault("REQUIRED_FIELD_REMOVED", at, "required field `" + field.getName() + "` is gone");
      }
    }
    for (FieldDescriptor field : r.getFields()) {
      FieldDescriptor before = w.findFieldByNumber(field.getNumber());
      if (field.isRequired() && (before == null || !before.isRequired())) {
        fault(
            "REQUIRED_FIELD_ADDED",
            path + field.getNumber(),
            "field `" + field.getName() + "` is required and was not");
      }
    }
    messages(w.getNestedTypes(), r.getNestedTypes(), path);
  }

  /** Of fields that records have together a oneof keeps the last. */
  private void moved(OneofDescriptor choice, Descriptor w, String path) {
    Set<String> choices = new HashSet<>();
    int alone = 0;
    for (FieldDescriptor field : choice.getFields()) {
      FieldDescriptor before = w.findFieldByNumber(field.getNumber());
      OneofDescriptor in = before == null ? null : before.getRealContainingOneof();
      if (in != null) {
        choices.add(in.getName());
      } else if (before != null) {
        alone++;
      }
    }
    if (alone > 1) {
      fault("MULTIPLE_FIELDS_MOVED_TO_ONEOF", path, "more than one field was moved into the oneof");
    } else if (alone + choices.size() > 1) {
      fault("FIELD_MOVED_TO_EXISTING_ONEOF", path, "a field was moved into a oneof that was there");
    }
  }

  private void removed(OneofDescriptor choice, Descriptor r, String path) {
    boolean there = r.getRealOneofs().stream().anyMatch(o -> o.getName().equals(choice.getName()));
    for (FieldDescriptor field : choice.getFields()) {
      if (there && r.findFieldByNumber(field.getNumber()) == null) {
        fault(
            "ONEOF_FIELD_REMOVED",
            path + "/" + field.getNumber(),
            "field `" + field.getName() + "` of the oneof is gone");
      }
    }
  }

  private void field(FieldDescriptor w, FieldDescriptor r, String path) {
    if (kind(w) != kind(r)) {
      fault(
          "FIELD_KIND_CHANGED",
          path,
          "field `%s` was %s and is %s".formatted(r.getName(), named(w), named(r)));
      return;
    }
    switch (kind(w)) {
      case MAP -> {
        field(part(w, 1), part(r, 1), path + "/key");
        field(part(w, 2), part(r, 2), path + "/value");
      }
      case SCALAR -> scalar(w, r, path);
      case MESSAGE, GROUP -> {
        String before = localName(w.getMessageType());
        if (!before.equals(localName(r.getMessageType()))) {
          fault(
              "FIELD_NAMED_TYPE_CHANGED",
              path,
              "field `%s` was a `%s` and is a `%s`"
                  .formatted(r.getName(), before, localName(r.getMessageType())));
        } else {
          String at = "#/" + before.replace('.', '/') + "/";
          // Not at once: messages lead to others without an end to how deep that goes.
          pending.add(() -> message(w.getMessageType(), r.getMessageType(), at));
        }
      }
    }
  }

  private void scalar(FieldDescriptor w, FieldDescriptor r, String path) {
    if (group(w.getType()) != group(r.getType())) {
      fault(
          "FIELD_SCALAR_KIND_CHANGED",
          path,
          "field `%s` was %s and is %s".formatted(r.getName(), named(w), named(r)));
    } else if (w.isRepeated() != r.isRepeated() && group(w.getType()) != Group.TEXT) {
      // Lists of numbers are written in one piece, which a reader of one number does not know.
      fault(
          "FIELD_NUMERIC_LABEL_CHANGED",
          path,
          "field `%s` is %s".formatted(r.getName(), r.isRepeated() ? "repeated now" : "one now"));
    }
  }

  private static FieldDescriptor part(FieldDescriptor map, int number) {
    return Objects.requireNonNull(map.getMessageType().findFieldByNumber(number));
  }

  private static String named(FieldDescriptor field) {
    return field.isMapField()
        ? "a map"
        : field.getJavaType() == JavaType.MESSAGE
            ? "a message"
            : "`" + ProtoTypes.name(field.getType().toProto()) + "`";
  }

  /** The name in its package. */
  private static String localName(Descriptor message) {
    String in = message.getFile().getPackage();
    return in.isEmpty() ? message.getFullName() : message.getFullName().substring(in.length() + 1);
  }

  private enum Kind {
    SCALAR,
    MAP,
    MESSAGE,
    GROUP
  }

  private static Kind kind(FieldDescriptor field) {
    return field.isMapField()
        ? Kind.MAP
        : field.getType() == Type.GROUP
            ? Kind.GROUP
            : field.getJavaType() == JavaType.MESSAGE ? Kind.MESSAGE : Kind.SCALAR;
  }

  /** Types within one are written alike. */
  private enum Group {
    NUMBER,
    ZIGZAG,
    TEXT,
    FIXED_32,
    FIXED_64,
    FLOAT,
    DOUBLE
  }

  private static @Nullable Group group(Type type) {
    return switch (type) {
      case INT32, INT64, UINT32, UINT64, BOOL, ENUM -> Group.NUMBER;
      case SINT32, SINT64 -> Group.ZIGZAG;
      case STRING, BYTES -> Group.TEXT;
      case FIXED32, SFIXED32 -> Group.FIXED_32;
      case FIXED64, SFIXED64 -> Group.FIXED_64;
      case FLOAT -> Group.FLOAT;
      case DOUBLE -> Group.DOUBLE;
      case MESSAGE, GROUP -> null;
    };
  }

  private void fault(String type, String path, String text) {
    faults.add("{errorType:'%s', description:'at path '%s': %s'}".formatted(type, path, text));
  }
}
