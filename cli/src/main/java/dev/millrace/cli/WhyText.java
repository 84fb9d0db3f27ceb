package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** The answer of `millrace why` in words. */
final class WhyText {
  private WhyText() {}

  static String of(JsonNode why) {
    StringBuilder out = new StringBuilder();
    out.append(why.path("asset").asText()).append('\n');
    int number = 0;
    for (JsonNode reason : why.path("reasons")) {
      out.append("  ").append(++number).append(". ");
      if (!reason.path("about").equals(why.path("asset"))) {
        out.append(reason.path("about").asText()).append(": ");
      }
      out.append(reason.path("text").asText()).append('\n');
      if (reason.has("advice")) {
        out.append("     → ").append(reason.path("advice").asText()).append('\n');
      }
    }
    partitions(why.path("partitions"), out);
    states(why.path("state"), out);
    return out.toString();
  }

  private static void partitions(JsonNode partitions, StringBuilder out) {
    String source = "";
    for (JsonNode partition : partitions) {
      if (!partition.path("source").asText().equals(source)) {
        source = partition.path("source").asText();
        out.append('\n').append(source).append(", watermark ");
        out.append(time(partition.path("watermark"), "unknown")).append('\n');
      }
      out.append("  partition ").append(partition.path("partition").asInt());
      out.append("  newest event ").append(time(partition.path("newest_event_time"), "none"));
      if (partition.path("idle").asBoolean()) {
        out.append("  idle");
      } else if (partition.path("holds_watermark").asBoolean()) {
        out.append("  holds the watermark");
      }
      out.append('\n');
    }
  }

  private static void states(JsonNode states, StringBuilder out) {
    if (!states.isEmpty()) {
      out.append("\nheld\n");
    }
    for (JsonNode state : states) {
      out.append("  ").append(state.path("asset").asText());
      out.append(" / ").append(state.path("operator").asText());
      out.append(String.format(Locale.ROOT, ": %,d rows", state.path("rows").asLong()));
      if (!state.path("bounded").asBoolean()) {
        out.append(", without bound");
      }
      out.append('\n');
    }
  }

  private static String time(JsonNode instant, String otherwise) {
    return instant.isMissingNode()
        ? otherwise
        : instant.asText().replaceFirst("\\.\\d+", "").replace('T', ' ');
  }
}
