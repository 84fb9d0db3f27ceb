package dev.millrace.formats.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.JsonOutput;
import dev.millrace.formats.RecordDecoding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages behind the indexes by which Confluent's serializers say which message of a file they
 * are, as JSON of {@link MessageJson}. Fields that the file does not have are left out. Messages
 * inside of others count as they are declared; those that maps are made of do not.
 */
public final class ProtobufDecoding implements RecordDecoding {
  private static final int DEEPEST = 64;

  private final List<Messages> messages;

  /** A message with those that are declared in it. */
  private record Messages(Descriptor message, List<Messages> inner) {
    static List<Messages> of(List<Descriptor> declared) {
      return declared.stream()
          .filter(m -> !m.getOptions().getMapEntry())
          .map(m -> new Messages(m, of(m.getNestedTypes())))
          .toList();
    }
  }

  /** A decoding of values that were written with messages of this file. */
  public ProtobufDecoding(FileDescriptor file) {
    this.messages = Messages.of(file.getMessageTypes());
  }

  @Override
  public void decode(byte[] bytes, int start, int length, JsonOutput out)
      throws BadRecordException {
    DynamicMessage message;
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes, start, length);
      message = DynamicMessage.parseFrom(written(in), in);
      // It also stops where a group ends that has not begun.
      in.checkLastTagWas(0);
    } catch (IOException | IllegalArgumentException e) {
      throw new BadRecordException("not the Protobuf that its schema says: " + e.getMessage());
    }
    out.append(json -> MessageJson.write(message, json));
  }

  /** Which message it is: how many indexes there are, then these; a zero alone for the first. */
  private Descriptor written(CodedInputStream in) throws IOException, BadRecordException {
    int count = in.readSInt32();
    if (count < 0 || count > DEEPEST) {
      throw new BadRecordException(
          "not the Protobuf that its schema says: its message has " + count + " indexes");
    }
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      indexes.add(in.readSInt32());
    }
    List<Messages> at = messages;
    Descriptor found = null;
    for (int index : count == 0 ? List.of(0) : indexes) {
      if (index < 0 || index >= at.size()) {
        throw new BadRecordException(
            "not the Protobuf that its schema says: the schema has no message with the indexes "
                + indexes);
      }
      found = at.get(index).message();
      at = at.get(index).inner();
    }
    if (found == null) {
      throw new IllegalStateException();
    }
    return found;
  }
}
