package dev.millrace.connect.kafka;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.type.JsonWriter;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Debezium's envelope around a change, without a schema: {@code before}, {@code after}, {@code
 * source}, {@code op} ({@code c}, {@code u} or {@code d}) and {@code ts_ms}.
 */
final class DebeziumEnvelope {
  private static final String BEFORE = "{\"before\":";
  private static final String AFTER = ",\"after\":";

  private final String source;
  private final Clock clock;

  DebeziumEnvelope(SinkContext context, Clock clock) {
    StringBuilder out =
        new StringBuilder("{\"version\":\"1\",\"connector\":\"millrace\",\"name\":");
    JsonWriter.quote(context.project(), out);
    out.append(",\"db\":");
    JsonWriter.quote(context.project(), out);
    out.append(",\"table\":");
    JsonWriter.quote(context.sink(), out);
    this.source = out.append(",\"snapshot\":\"false\"").toString();
    this.clock = clock;
  }

  /**
   * The envelope of a change.
   *
   * @param before the row as JSON; null if there was none
   * @param after the row as JSON; null if there is none any more
   * @param sequence of the chunk that the change is in
   */
  String of(@Nullable String before, @Nullable String after, long sequence) {
    String operation = before == null ? "c" : after == null ? "d" : "u";
    long now = clock.millis();
    return BEFORE
        + before
        + AFTER
        + after
        + ",\"source\":"
        + source
        + ",\"ts_ms\":"
        + now
        + ",\"sequence\":\""
        + sequence
        + "\"},\"op\":\""
        + operation
        + "\",\"ts_ms\":"
        + now
        + "}";
  }

  /**
   * The row after a change, from an envelope as {@link #of} writes it: its text, which is {@code
   * null} after a deletion; empty for any other text.
   */
  static Optional<String> after(String envelope) {
    if (!envelope.startsWith(BEFORE)) {
      return Optional.empty();
    }
    int end = valueEnd(envelope, BEFORE.length());
    if (!envelope.startsWith(AFTER, end)) {
      return Optional.empty();
    }
    int begin = end + AFTER.length();
    return Optional.of(envelope.substring(begin, valueEnd(envelope, begin)));
  }

  /** The place behind a JSON value: the comma after it outside of texts and brackets. */
  private static int valueEnd(String json, int begin) {
    int depth = 0;
    boolean quoted = false;
    for (int i = begin; i < json.length(); i++) {
      char c = json.charAt(i);
      if (quoted) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      } else if (c == ',' && depth == 0) {
        return i;
      }
    }
    return json.length();
  }
}
