package dev.millrace.connect.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the fields of one stream. */
final class FieldReader {
  private static final List<String> KINDS =
      Stream.concat(ValueReader.KINDS.stream(), Stream.of("event_time", "field")).toList();

  private final Schema schema;
  private final StreamPlan stream;
  private final @Nullable ActorFields acting;
  private final List<String> kinds;
  private final List<Field> known = new ArrayList<>();

  /**
   * A reader for one stream.
   *
   * @param acting what fields can tell of the actors that write the stream, or the one that it
   *     follows; null if none do
   */
  FieldReader(Schema schema, StreamPlan stream, @Nullable ActorFields acting) {
    this.schema = schema;
    this.stream = stream;
    this.acting = acting;
    this.kinds =
        acting == null ? KINDS : Stream.concat(KINDS.stream(), ActorFields.KINDS.stream()).toList();
  }

  /** What a kind of field makes: how values are written and what they are. */
  private record Made(FieldValues values, Field.Kind kind) {}

  /** The fields in the order of the columns; those with problems are left out. */
  List<Field> read(Block fields) {
    for (String name : fields.keys()) {
      if (schema.column(name).isEmpty()) {
        fields.unknownName(name, "column", name, schema.names());
      }
    }
    for (Column column : schema.columns()) {
      Optional<String> key =
          fields.keys().stream().filter(k -> k.equalsIgnoreCase(column.name())).findFirst();
      if (key.isEmpty()) {
        fields.missing(column.name(), "`" + column.name() + ": {constant: 1}`");
      } else {
        fields.block(key.get()).flatMap(block -> field(block, column)).ifPresent(known::add);
      }
    }
    return known;
  }

  private Optional<Field> field(Block block, Column column) {
    double nulls = block.share("nulls").orElse(0);
    byte[] start = (quotedText(column.name()) + ":").getBytes(UTF_8);
    long salt = Draw.salt(column.name());
    return value(block, column.type())
        .map(made -> new Field(column.name(), start, salt, nulls, made.kind(), made.values()));
  }

  private static String quotedText(String text) {
    return new String(JsonBuffer.quoted(text), UTF_8);
  }

  private Optional<Made> value(Block block, DataType type) {
    Optional<String> given = block.kind(kinds, List.of("nulls"));
    if (given.isEmpty()) {
      return Optional.empty();
    }
    Field.Kind kind = kind(type);
    String key = given.get();
    if (acting != null && ActorFields.KINDS.contains(key)) {
      return acting.read(block, key, type).map(values -> new Made(values, kind));
    }
    return switch (key) {
      case "event_time" ->
          TimeFormat.read(block, key, type)
              .map(
                  format ->
                      new Made(
                          (out, bits, event) -> format.write(out, event.wallTime()),
                          Field.Kind.EVENT_TIME));
      case "field" -> reference(block, type);
      default ->
          ValueReader.read(block, key, type)
              .map(
                  drawn ->
                      new Made((out, bits, event) -> drawn.write(out, bits, event.number()), kind));
    };
  }

  private static Field.Kind kind(DataType type) {
    return ValueReader.isText(type) ? Field.Kind.TEXT : Field.Kind.TYPED;
  }

  private Optional<Made> reference(Block block, DataType type) {
    String name = block.text("field").orElse("");
    StreamPlan.Follows follows = stream.follows();
    StreamPlan owner = follows == null ? stream : follows.stream();
    List<Field> candidates = follows == null ? known : owner.fields();
    Optional<Field> field =
        candidates.stream().filter(f -> f.name().equalsIgnoreCase(name)).findFirst();
    if (field.isEmpty()) {
      if (follows == null || !owner.fields().isEmpty()) {
        String what = follows == null ? "field above" : "field of stream `" + owner.name() + "`";
        block.unknownName("field", what, name, candidates.stream().map(Field::name).toList());
      }
      return Optional.empty();
    }
    Field source = field.get();
    return Optional.of(
        new Made((out, bits, event) -> source.write(out, event.of(owner)), kind(type)));
  }
}
