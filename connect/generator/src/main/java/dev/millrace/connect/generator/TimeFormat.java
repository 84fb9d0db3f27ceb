package dev.millrace.connect.generator;

import dev.millrace.api.type.DataType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a time is written.
 *
 * @param divisor of microseconds since 1970; 0 for a text in ISO 8601
 */
record TimeFormat(long divisor) {
  /**
   * Reads {@code true}, or {@code {format: iso | s | ms | us}}.
   *
   * @param type of the column that the times are for
   */
  static Optional<TimeFormat> read(Block block, String key, DataType type) {
    String format = "iso";
    if (block.value(key) instanceof Map) {
      Block parameters = block.block(key).orElseThrow();
      parameters.allow(List.of("format"));
      format = parameters.text("format").orElse("iso");
    }
    long divisor =
        switch (format) {
          case "iso" -> 0;
          case "s" -> 1_000_000;
          case "ms" -> 1_000;
          case "us" -> 1;
          default -> -1;
        };
    if (divisor < 0) {
      block.unknownName(key, "format", format, List.of("iso", "s", "ms", "us"));
      return Optional.empty();
    }
    if (divisor == 0) {
      return iso(block, key, type);
    }
    return ValueReader.isBoolean(type) ? Optional.empty() : Optional.of(new TimeFormat(divisor));
  }

  /** Times as texts in ISO 8601. */
  static Optional<TimeFormat> iso(Block block, String key, DataType type) {
    return ValueReader.fits(block, key, type, false)
        ? Optional.of(new TimeFormat(0))
        : Optional.empty();
  }

  /** Writes a time that is given in microseconds since 1970. */
  void write(JsonBuffer out, long micros) {
    if (divisor == 0) {
      ValueReader.writeTime(out, micros);
    } else {
      out.number(Math.floorDiv(micros, divisor), 1);
    }
  }
}
