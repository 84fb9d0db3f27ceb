package dev.millrace.connect.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes events as JSON records, spoilt ones as their kind of spoiling wants it. */
final class RecordWriter {
  private static final long SPOIL = Draw.salt(" spoil");
  private static final long YEAR_2100 = 4_102_444_800_000_000L;
  private static final byte[] NONSENSE = JsonBuffer.quoted("not what belongs here");
  private static final byte[] NULL = "null".getBytes(UTF_8);

  private final JsonBuffer out = new JsonBuffer();

  byte[] value(Event event) {
    Malformed malformed = event.stream().malformed(event.number());
    out.clear();
    if (malformed == null) {
      write(event, null, null);
    } else {
      spoil(event, malformed);
    }
    return out.copy();
  }

  /** The bytes of the key field, without the quotes of a text; null if the stream has none. */
  byte @Nullable [] key(Event event) {
    Field key = event.stream().key();
    if (key == null) {
      return null;
    }
    out.clear();
    key.write(out, event);
    byte[] json = out.copy();
    return json.length >= 2 && json[0] == '"' ? Arrays.copyOfRange(json, 1, json.length - 1) : json;
  }

  private void write(Event event, @Nullable Field special, byte @Nullable [] instead) {
    out.raw('{');
    boolean first = true;
    List<Field> fields = event.stream().fields();
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      if (field == special && instead == null) {
        continue;
      }
      if (!first) {
        out.raw(',');
      }
      first = false;
      out.raw(field.start());
      if (field == special && instead != null) {
        out.raw(instead);
      } else {
        field.write(out, event);
      }
    }
    out.raw('}');
  }

  private void spoil(Event event, Malformed malformed) {
    StreamPlan stream = event.stream();
    long bits = Draw.mix(event.bits() ^ SPOIL);
    Field time = stream.eventTime();
    switch (malformed) {
      case TRUNCATED -> {
        write(event, null, null);
        out.truncate(1 + (int) Draw.below(bits, out.length() - 1));
      }
      case GARBAGE -> {
        out.raw("corrupt ".getBytes(UTF_8));
        out.uuid(bits, Draw.mix(bits));
      }
      case WRONG_TYPE -> {
        Field typed = typed(stream, bits);
        write(event, typed, NONSENSE);
        if (typed == null) {
          out.truncate(1);
        }
      }
      case MISSING_TIME -> write(event, time, null);
      case NULL_TIME -> write(event, time, NULL);
      case FAR_FUTURE -> {
        JsonBuffer future = new JsonBuffer();
        future.raw('"');
        future.time(YEAR_2100 + Draw.below(bits, 365L * 86_400_000_000L));
        future.raw('"');
        write(event, time, future.copy());
      }
    }
  }

  /** A field that not every text is a value of; null if there is none. */
  private static @Nullable Field typed(StreamPlan stream, long bits) {
    List<Field> candidates = new ArrayList<>();
    for (Field field : stream.fields()) {
      if (field.kind() != Field.Kind.TEXT) {
        candidates.add(field);
      }
    }
    return candidates.isEmpty() ? null : candidates.get((int) Draw.below(bits, candidates.size()));
  }
}
