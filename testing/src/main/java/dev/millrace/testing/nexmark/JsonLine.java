package dev.millrace.testing.nexmark;

import java.time.Instant;

/** Writes one object of plain values; texts have nothing to escape. */
final class JsonLine {
  private final StringBuilder json = new StringBuilder(256);

  private StringBuilder name(String name) {
    return json.append(json.length() == 0 ? '{' : ',').append('"').append(name).append("\":");
  }

  JsonLine add(String name, long value) {
    name(name).append(value);
    return this;
  }

  JsonLine add(String name, String value) {
    name(name).append('"').append(value).append('"');
    return this;
  }

  /** A time with milliseconds, such as {@code 2026-01-05T00:00:00.000Z}. */
  JsonLine addTime(String name, long millis) {
    String time = Instant.ofEpochMilli(millis - Math.floorMod(millis, 1000)).toString();
    name(name)
        .append('"')
        .append(time, 0, time.length() - 1)
        .append('.')
        .append(String.valueOf(1000 + Math.floorMod(millis, 1000)), 1, 4)
        .append("Z\"");
    return this;
  }

  String end() {
    return json.append('}').toString();
  }
}
