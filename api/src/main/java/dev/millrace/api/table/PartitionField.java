package dev.millrace.api.table;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of the values by which a table parts its rows.
 *
 * @param transform how the value is made
 * @param column from which column
 * @param width the number of buckets, or the width of a truncation; 0 for the other transforms
 */
public record PartitionField(Transform transform, String column, int width) {
  private static final Pattern CALL =
      Pattern.compile("(\\w+)\\s*\\(\\s*(?:(\\d{1,9})\\s*,\\s*)?([^,()]+?)\\s*\\)");

  /** How the value of a partition is made from a column; those of times are in UTC. */
  public enum Transform {
    /** The value itself. */
    IDENTITY,
    /** Of a time or date. */
    YEAR,
    /** Of a time or date. */
    MONTH,
    /** Of a time or date. */
    DAY,
    /** Of a time. */
    HOUR,
    /** One of {@code width} groups by hash. */
    BUCKET,
    /** A number down to a multiple of {@code width}, or the first characters of a text. */
    TRUNCATE;

    /** True if it takes a width. */
    public boolean hasWidth() {
      return this == BUCKET || this == TRUNCATE;
    }
  }

  /**
   * Reads {@code country}, {@code day(at)}, {@code bucket(16, id)} or {@code truncate(4, name)};
   * empty if the text is none of these.
   */
  public static Optional<PartitionField> parse(String text) {
    String trimmed = text.strip();
    Matcher call = CALL.matcher(trimmed);
    if (!call.matches()) {
      return trimmed.isEmpty() || trimmed.matches(".*[(),].*")
          ? Optional.empty()
          : Optional.of(new PartitionField(Transform.IDENTITY, trimmed, 0));
    }
    for (Transform transform : Transform.values()) {
      if (transform.name().equals(call.group(1).toUpperCase(Locale.ROOT))
          && transform.hasWidth() == (call.group(2) != null)) {
        int width = transform.hasWidth() ? Integer.parseInt(call.group(2)) : 0;
        return transform.hasWidth() && width == 0
            ? Optional.empty()
            : Optional.of(new PartitionField(transform, call.group(3), width));
      }
    }
    return Optional.empty();
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return switch (transform) {
      case IDENTITY -> column;
      case BUCKET, TRUNCATE ->
          transform.name().toLowerCase(Locale.ROOT) + "(" + width + ", " + column + ")";
      default -> transform.name().toLowerCase(Locale.ROOT) + "(" + column + ")";
    };
  }
}
