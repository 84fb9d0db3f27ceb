package dev.millrace.formats.protobuf;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.WrappersProto;
import dev.millrace.formats.InvalidSchemaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files that any .proto file may import: {@code google/protobuf}, {@code google/type} and
 * {@code confluent}, as in Confluent's registry.
 */
final class KnownFiles {
  private static final Pattern NAME =
      Pattern.compile("(google/type|confluent)(?:/[a-z_]++)++\\.proto");

  private static final Map<String, FileDescriptor> GOOGLE =
      Stream.of(
              AnyProto.getDescriptor(),
              ApiProto.getDescriptor(),
              DescriptorProtos.getDescriptor(),
              DurationProto.getDescriptor(),
              EmptyProto.getDescriptor(),
              FieldMaskProto.getDescriptor(),
              SourceContextProto.getDescriptor(),
              StructProto.getDescriptor(),
              TimestampProto.getDescriptor(),
              TypeProto.getDescriptor(),
              WrappersProto.getDescriptor())
          .collect(Collectors.toMap(FileDescriptor::getName, f -> f));

  private static final Map<String, FileDescriptor> OTHERS = new ConcurrentHashMap<>();

  private KnownFiles() {}

  /** True if it is one of them, not one that somebody has given the same names. */
  static boolean isKnown(FileDescriptor file) {
    return GOOGLE.getOrDefault(file.getName(), OTHERS.get(file.getName())) == file;
  }

  /** The file of that name; empty if it is not one of them. */
  static Optional<FileDescriptor> find(String name) {
    FileDescriptor known = GOOGLE.getOrDefault(name, OTHERS.get(name));
    if (known != null) {
      return Optional.of(known);
    }
    if (!NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    try (InputStream in = KnownFiles.class.getResourceAsStream("known/" + name)) {
      if (in == null) {
        return Optional.empty();
      }
      FileDescriptor made =
          ProtobufSchema.link(
              ProtoReading.read(name, new String(in.readAllBytes(), UTF_8)), Map.of());
      FileDescriptor before = OTHERS.putIfAbsent(name, made);
      return Optional.of(before == null ? made : before);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InvalidSchemaException e) {
      throw new IllegalStateException("a file of our own cannot be read: " + name, e);
    }
  }
}
