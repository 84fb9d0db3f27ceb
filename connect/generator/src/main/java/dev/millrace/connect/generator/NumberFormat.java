package dev.millrace.connect.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with a whole number in it, such as {@code user-%06d}.
 *
 * @param before JSON bytes with the opening quote
 * @param width digits at least
 * @param after JSON bytes with the closing quote
 */
@SuppressWarnings("ArrayRecordComponent")
record NumberFormat(byte[] before, int width, byte[] after) {
  private static final Pattern FORMAT = Pattern.compile("([^%]*)%(?:0([1-9][0-9]?))?d([^%]*)");

  /** Reads a format; empty if it has not exactly one {@code %d} or {@code %06d}. */
  static Optional<NumberFormat> parse(String text) {
    Matcher matcher = FORMAT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    byte[] before = JsonBuffer.quoted(matcher.group(1));
    byte[] after = JsonBuffer.quoted(matcher.group(3));
    String digits = matcher.group(2);
    return Optional.of(
        new NumberFormat(
            new String(before, 0, before.length - 1, UTF_8).getBytes(UTF_8),
            digits == null ? 1 : Integer.parseInt(digits),
            new String(after, 1, after.length - 1, UTF_8).getBytes(UTF_8)));
  }

  void write(JsonBuffer out, long number) {
    out.raw(before);
    out.number(number, width);
    out.raw(after);
  }
}
